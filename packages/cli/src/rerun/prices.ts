/** The expected cost of a rerun: recorded tokens at the prices of the new model. */
import type { PriceTable, Tracer } from '@spanline/core';
import { priceOf } from '@spanline/core/internal';
import { type Message, text } from '@spanline/record';
import { fail } from '../fail.ts';
import type { Case, Step } from './cases.ts';
import type { ModelClient } from './model/client.ts';
import { mostTokens } from './model/client.ts';

/** A token of English has four characters. */
const CHARACTERS = 4;

/** Reads `--price 2.5,10`: US dollars per million tokens of input and output. */
export function priceTable(given: string | undefined, model: string | undefined): PriceTable | undefined {
  if (given === undefined) return undefined;
  const [, input = '', output = ''] = /^(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(given) ?? [];
  if (input === '')
    return fail('--price', 'two numbers such as 2.5,10: US dollars per million tokens, input and output');
  return { [model ?? '*']: { input: Number(input), output: Number(output) } };
}

/** Tokens and US dollars of calls. */
export interface Estimate {
  readonly traces: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** `undefined` if the price of a call is not known. */
  readonly usd: number | undefined;
  /** The most that the calls can cost: each byte of a request a token, each answer as long as it may be. */
  readonly mostUsd: number | undefined;
  /** Models without a known price. */
  readonly unpriced: readonly string[];
}

const lengthOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, { parts }) => sum + parts.reduce((length, part) => length + JSON.stringify(part).length, 0), 0);

/** Facts of a call that decide its price. */
export function priced(
  tracer: Tracer,
  { api, url }: Pick<ModelClient, 'api' | 'url'>,
  model: string,
  units: { readonly input_tokens: number; readonly output_tokens: number },
): number | undefined {
  return priceOf(tracer, {
    provider: api,
    host: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    requestModel: model,
    units,
  });
}

/** The most that a call can cost. */
export function mostUsdOf(tracer: Tracer, client: ModelClient, { body, call }: Step): number | undefined {
  const units = {
    input_tokens: Buffer.byteLength(JSON.stringify(body)),
    output_tokens: mostTokens(body) ?? call.maxTokens,
  };
  return priced(tracer, client, text(body['model']) ?? call.model, units);
}

function tokensOf({ recorded, call }: Step): { readonly input_tokens: number; readonly output_tokens: number } {
  const { record, messages = [], answers } = recorded;
  const before = lengthOf(messages);
  const known = record['gen_ai.usage.input_tokens'] ?? Math.ceil(before / CHARACTERS);
  const grown = (lengthOf(call.messages) - before) / CHARACTERS;
  return {
    input_tokens: Math.max(1, Math.round(known + grown)),
    output_tokens: record['gen_ai.usage.output_tokens'] ?? Math.ceil(lengthOf(answers) / CHARACTERS),
  };
}

const plus = (sum: number | undefined, one: number | undefined): number | undefined =>
  sum === undefined || one === undefined ? undefined : sum + one;

/** Estimates what cases will cost. */
export function estimateOf(cases: readonly Case[], tracer: Tracer, client: ModelClient): Estimate {
  let [inputTokens, outputTokens, calls] = [0, 0, 0];
  let [usd, mostUsd]: (number | undefined)[] = [0, 0];
  const unpriced = new Set<string>();
  for (const step of cases.flatMap(({ steps }) => steps)) {
    const units = tokensOf(step);
    const model = text(step.body['model']) ?? step.call.model;
    const cost = priced(tracer, client, model, units);
    calls++;
    inputTokens += units.input_tokens;
    outputTokens += units.output_tokens;
    usd = plus(usd, cost);
    mostUsd = plus(mostUsd, mostUsdOf(tracer, client, step));
    if (cost === undefined) unpriced.add(model);
  }
  return { traces: cases.length, calls, inputTokens, outputTokens, usd, mostUsd, unpriced: [...unpriced] };
}

/** Estimates what a program will cost that makes the recorded calls again. */
export function recordedEstimate(cases: readonly Case[], model: string | undefined, tracer: Tracer): Estimate {
  let [inputTokens, outputTokens, calls] = [0, 0, 0];
  let usd: number | undefined = 0;
  const unpriced = new Set<string>();
  for (const call of cases.flatMap(({ recording }) => recording.calls)) {
    if (call.kind !== 'model') continue;
    const { record } = call;
    const units = {
      input_tokens: record['gen_ai.usage.input_tokens'] ?? Math.ceil(lengthOf(call.messages ?? []) / CHARACTERS),
      output_tokens: record['gen_ai.usage.output_tokens'] ?? Math.ceil(lengthOf(call.answers) / CHARACTERS),
    };
    const requestModel = model ?? call.model ?? '';
    const cost = priceOf(tracer, { requestModel, units });
    calls++;
    inputTokens += units.input_tokens;
    outputTokens += units.output_tokens;
    usd = plus(usd, cost);
    if (cost === undefined) unpriced.add(requestModel);
  }
  return { traces: cases.length, calls, inputTokens, outputTokens, usd, mostUsd: undefined, unpriced: [...unpriced] };
}
