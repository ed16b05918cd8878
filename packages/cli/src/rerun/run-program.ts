/** Runs a case again with a program of the user: recorded searches and tools, and a live model. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@spanline/core';
import { scoreTrace } from '@spanline/evals';
import type { Prompt } from '@spanline/prompts';
import { props, SpanlineError, type SpanRecord, text } from '@spanline/record';
import { factsOf, replay, type TraceContext } from '@spanline/replay';
import { fail } from '../fail.ts';
import type { Budget } from './budget.ts';
import type { Case, Change } from './cases.ts';
import { importModule } from './judges.ts';
import type { RunLines } from './line-router.ts';
import { mostTokens } from './model/client.ts';
import { priced } from './prices.ts';
import { type Running, Unfinished } from './run-steps.ts';

/** Given to a program beside its input. */
interface ProgramContext extends TraceContext {
  /** `--model`. */
  readonly model: string | undefined;
  /** `--prompt`. */
  readonly prompt: Prompt | undefined;
}

/** A program: it gets the recorded input, as one of `spanline make-test` does. */
export type Program = (input: unknown, context: ProgramContext) => unknown;

/** Money that the requests of one case have reserved. */
interface Held {
  readonly reserved: number[];
  isRefused: boolean;
}

/** Reads `--with file#name`. @throws SpanlineError `ERR_INVALID_OPTION` */
export async function readProgram(given: string): Promise<Program> {
  const [path = '', name] = given.split('#');
  const module = await importModule('--with', path);
  const found = name === undefined ? (module['program'] ?? module['default']) : module[name];
  if (typeof found === 'function') return found as Program;
  return fail('--with', `a module that exports the function ${name ?? '"program" or a default one'}`);
}

const MODEL_PATHS = /\/(?:chat\/completions|responses|messages)$/;

/** Options of {@link guardFetch}. */
interface GuardOptions {
  readonly running: Running;
  /** Tokens of an answer whose request has no limit. */
  readonly maxTokens: number;
}

/** The requests of programs, while they count. */
export interface Guard {
  /** Runs a program; its requests of models reserve what they can cost. */
  run(program: () => unknown): Promise<{ readonly held: Held; readonly value: unknown; readonly error: unknown }>;
  /** Restores the global `fetch`. */
  undo(): void;
}

async function bodyText(input: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<string> {
  if (typeof init?.body === 'string') return init.body;
  return input instanceof Request ? input.clone().text() : '';
}

/**
 * Replaces the global `fetch`, which a program's clients use: a request of a model reserves the most that it can cost,
 * and is not sent if the budget does not have it.
 */
export function guardFetch({ running: { tracer, budget }, maxTokens }: GuardOptions): Guard {
  const current = new AsyncLocalStorage<Held>();
  const send = globalThis.fetch;

  async function reserve(url: URL, body: string, held: Held): Promise<void> {
    let request: Record<string, unknown> = {};
    try {
      request = { ...props(JSON.parse(body)) };
    } catch {
      return; // No request of a model has another body.
    }
    const units = { input_tokens: Buffer.byteLength(body), output_tokens: mostTokens(request) ?? maxTokens };
    const api = url.pathname.endsWith('/messages') ? 'anthropic' : 'openai';
    const usd = priced(tracer, { api, url }, text(request['model']) ?? '', units) ?? 0;
    if (await budget.reserve(usd, false)) held.reserved.push(usd);
    else {
      held.isRefused = true;
      throw new Unfinished('the budget has not as much left');
    }
  }

  globalThis.fetch = async (input, init) => {
    const held = current.getStore();
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (held !== undefined && MODEL_PATHS.test(url.pathname)) await reserve(url, await bodyText(input, init), held);
    return send(input, init);
  };
  return {
    async run(program) {
      const held: Held = { reserved: [], isRefused: false };
      try {
        return { held, value: await current.run(held, program as () => Promise<unknown>), error: undefined };
      } catch (error) {
        return { held, value: undefined, error: error ?? new Error('the program threw nothing') };
      }
    },
    undo: () => {
      globalThis.fetch = send;
    },
  };
}

/** Cost of the model calls of a run; `undefined` if one is not known, or the client is not traced. */
function spentBy(records: readonly SpanRecord[]): number | undefined {
  const calls = records.filter((record) => record['span.type'] === 'llm' && record['span.status'] === 'ok');
  const costs = calls.flatMap((record) => record['spanline.cost.usd'] ?? []);
  return calls.length === 0 ? undefined : costs.reduce((sum, usd) => sum + usd, 0);
}

function settle(budget: Budget, { reserved }: Held, spent: number | undefined): void {
  const all = reserved.reduce((sum, usd) => sum + usd, 0);
  for (const [index, usd] of reserved.entries()) budget.settle(usd, index === 0 ? (spent ?? all) : 0);
}

/** The recorded run as a program has it: from the first span with an input on. */
export function entryLines(lines: readonly SpanRecord[]): readonly SpanRecord[] {
  const hasInput = (record: SpanRecord): boolean =>
    record['spanline.input'] !== undefined || record['gen_ai.input.messages'] !== undefined;
  const ended = lines.filter((record) => record['event.name'] === 'span.end');
  const byId = new Map(ended.map((record) => [record.span_id, record]));
  const root = ended.find((record) => !byId.has(record.parent_span_id));
  let level = root === undefined ? [] : [root];
  while (level.length > 0) {
    const found = level.find(hasInput);
    if (found !== undefined) {
      const family = new Set([found.span_id]);
      for (let size = 0; size !== family.size;) {
        size = family.size;
        for (const record of ended) if (family.has(record.parent_span_id)) family.add(record.span_id);
      }
      return lines.filter((record) => family.has(record.span_id));
    }
    const above = new Set(level.map((record) => record.span_id));
    level = ended.filter((record) => above.has(record.parent_span_id));
  }
  return lines;
}

/** Parts of a run by {@link runProgram}. */
export interface ProgramRun {
  readonly program: Program;
  readonly change: Change;
  readonly guard: Guard;
  readonly running: Running;
}

/**
 * Runs a program on a case in the span of its run, and scores both sides. A run that asks for something that was not
 * recorded has diverged: its span says so, and it is compared with nothing.
 *
 * @throws Unfinished if the budget refused a request
 */
export async function runProgram(one: Case, span: Span, lines: RunLines, given: ProgramRun): Promise<void> {
  const { program, change, guard, running } = given;
  const { tracer, judges: feedback, budget, onJudgeFailure } = running;
  const recorded = replay(one.lines, { traceId: one.traceId, live: ['model'], fetch: globalThis.fetch });
  const { input } = factsOf(one.lines);
  span.input(input);
  const context: ProgramContext = { recorded, tracer, model: change.model, prompt: change.prompt };
  const { held, value, error } = await guard.run(() => tracer.run(span, () => program(input, context)));
  settle(budget, held, spentBy(lines.records));
  running.stop.throwIfAborted();
  if (held.isRefused) throw new Unfinished('the budget has not as much left');
  const [miss] = recorded.report().misses;
  if (miss !== undefined) {
    span.label('diverged', (miss.split('\n')[0] ?? '').slice(0, 200));
    return;
  }
  if (error !== undefined) {
    span.fail(error);
    return;
  }
  span.output(value);
  const records = [...lines.records.filter((record) => record.trace_id === span.traceId), rootOf(span, input, value)];
  for (const side of [records, entryLines(one.lines)]) {
    const { failures } = await scoreTrace(side, { feedback, tracer });
    for (const failure of failures) onJudgeFailure(failure.name, failure.error);
  }
}

/** The span of the run as its line will be: it ends after the scores are written. */
function rootOf({ traceId, spanId, name }: Span, input: unknown, output: unknown): SpanRecord {
  const json = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));
  return {
    'event.name': 'span.end',
    'spanline.schema': '1.0',
    trace_id: traceId,
    span_id: spanId,
    'span.name': name,
    'span.type': 'chain',
    'span.status': 'ok',
    '@timestamp': new Date().toISOString(),
    'spanline.input': json(input),
    'spanline.output': json(output),
  };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` if a trace has no input for a program */
export function inputLack(lines: readonly SpanRecord[]): string | undefined {
  try {
    return factsOf(lines).input === undefined ? 'the input of the request is on no line' : undefined;
  } catch (error) {
    if (error instanceof SpanlineError) return 'its lines cannot be read';
    throw error;
  }
}
