/** Flags of `spanline rerun`, checked before a line is read. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { PriceTable } from '@spanline/core';
import type { Feedback } from '@spanline/evals';
import { definePrompt, parsePromptFile, type Prompt } from '@spanline/prompts';
import { SpanlineError } from '@spanline/record';
import { fail } from '../fail.ts';
import type { FlagValues } from '../flags.ts';
import type { Change } from './cases.ts';
import { readJudges } from './judges.ts';
import { createModelClient, type ModelClient } from './model/client.ts';
import { priceTable } from './prices.ts';
import { type Program, readProgram } from './run-program.ts';

/** Flags of the command. */
export const RERUN_FLAGS = {
  where: 'texts',
  prompt: 'text',
  model: 'text',
  set: 'texts',
  step: 'text',
  with: 'text',
  sample: 'text',
  seed: 'text',
  judge: 'texts',
  api: 'text',
  'base-url': 'text',
  price: 'text',
  'max-usd': 'text',
  'max-tokens': 'text',
  concurrency: 'text',
  retries: 'text',
  redacted: 'switch',
  capture: 'text',
  out: 'text',
  examples: 'text',
  yes: 'switch',
  'dry-run': 'switch',
} as const;

/** Values of the flags. */
export type RerunFlags = FlagValues<typeof RERUN_FLAGS>;

/** A rerun that was asked for. */
export interface RerunOptions {
  readonly change: Change;
  readonly program: Program | undefined;
  /** `undefined` if a program asks the model. */
  readonly client: ModelClient | undefined;
  readonly judges: readonly Feedback[];
  readonly prices: PriceTable | undefined;
  readonly sample: number;
  readonly seed: string;
  readonly budgetUsd: number | undefined;
  readonly maxTokens: number;
  readonly concurrency: number;
  readonly examples: number;
  readonly out: string;
  /** Name of the experiment, and the hash of what it changes. */
  readonly experiment: string;
  readonly changeHash: string;
}

const HASH_DIGITS = 12;

/** A number of a flag. */
function numberOf(
  name: string,
  text: string | undefined,
  fallback: number,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : fail(`--${name}`, `a whole number from ${min} to ${max}`);
}

function budgetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits = ''] = /^\$?(\d+(?:\.\d+)?|\.\d+)$/.exec(text) ?? [];
  return digits === '' ? fail('--max-usd', 'US dollars such as 5 or 0.5') : Number(digits);
}

/** Reads `--set temperature=0`. JSON where it is JSON, else a text. An empty value leaves the field out. */
function settingsOf(given: readonly string[] = []): Record<string, unknown> {
  const reserved = new Set(['model', 'messages', 'system', 'stream', 'n']);
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      const name = text.slice(0, at).trim();
      if (at < 1 || reserved.has(name))
        return fail('--set', `name=value of a field of the request, none of ${[...reserved].join(', ')}`);
      const value = text.slice(at + 1);
      try {
        return [name, value === '' ? undefined : (JSON.parse(value) as unknown)];
      } catch {
        return [name, value];
      }
    }),
  );
}

/** @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_INVALID_PROMPT` */
function readPrompt(path: string | undefined): Prompt | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = existsSync(path) ? 'cannot be read' : 'does not exist';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', problem: `--prompt: the file ${path} ${reason}`, cause });
  }
  // In a folder of versions (answer/3.md) the folder is the name.
  const parts = path.replaceAll('\\', '/').split('/');
  const name = /^v?\d+(?:\.\d+)*\.md$/.test(basename(path)) ? parts.slice(-2).join('/') : basename(path);
  return definePrompt(parsePromptFile(text, name));
}

const canonical = (value: unknown): string => JSON.stringify(value) ?? '';

function nameOf({ model, prompt, settings }: Change, flags: RerunFlags): string {
  const parts = [
    model,
    prompt === undefined ? undefined : `${prompt.name}@${prompt.version}`,
    ...Object.entries(settings).map(([name, value]) => `${name}=${value === undefined ? '' : canonical(value)}`),
    flags.with === undefined ? undefined : basename(flags.with),
  ];
  return `rerun ${parts.filter((part) => part !== undefined).join(' ')}`;
}

function outOf(flags: RerunFlags, hash: string): string {
  return flags.out ?? `rerun-${hash}.ndjson`;
}

/** Reads the flags. @throws SpanlineError for a wrong one, before anything is read or sent */
export async function readOptions(
  flags: RerunFlags,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RerunOptions> {
  const settings = settingsOf(flags.set);
  const prompt = readPrompt(flags.prompt);
  const { model, step } = flags;
  const change: Change = { model, prompt, settings, step };
  if (flags.yes === true && flags['dry-run'] === true) return fail('--yes', 'absent beside --dry-run');
  if (model === undefined && prompt === undefined && flags.set === undefined && flags.with === undefined)
    return fail('--model, --prompt, --set or --with', 'given: they say what the rerun changes');
  const unused = (['set', 'step', 'api', 'base-url', 'retries'] as const).find((name) => flags[name] !== undefined);
  if (flags.with !== undefined && unused !== undefined)
    return fail(`--${unused}`, 'absent beside --with: the program asks the model itself');
  const sample = numberOf('sample', flags.sample, 50, { min: 1, max: 10_000 });
  const maxTokens = numberOf('max-tokens', flags['max-tokens'], 4096, { min: 1, max: 1_000_000 });
  const concurrency = numberOf('concurrency', flags.concurrency, 4, { min: 1, max: 100 });
  const retries = numberOf('retries', flags.retries, 5, { min: 0, max: 100 });
  const examples = numberOf('examples', flags.examples, 3, { min: 0, max: 1000 });
  const budgetUsd = budgetOf(flags['max-usd']);
  const prices = priceTable(flags.price, model);
  const client =
    flags.with === undefined
      ? createModelClient({
          api: flags.api,
          baseUrl: flags['base-url'],
          model,
          retries,
          env,
          asksNothing: flags['dry-run'] === true,
        })
      : undefined;
  const judges = await readJudges(flags.judge);
  const program = flags.with === undefined ? undefined : await readProgram(flags.with);
  const identity = canonical([
    model,
    prompt?.templateSha256,
    Object.entries(settings).map(([name, value]) => [name, value ?? null]),
    step,
    flags.with,
    client?.url.href,
    judges.map(({ name }) => name).toSorted(),
    flags.redacted === true,
  ]);
  const changeHash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_DIGITS);
  return {
    change,
    program,
    client,
    judges,
    prices,
    sample,
    seed: flags.seed ?? '1',
    budgetUsd,
    maxTokens,
    concurrency,
    examples,
    out: outOf(flags, changeHash),
    experiment: nameOf(change, flags),
    changeHash,
  };
}
