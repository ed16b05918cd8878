/** Thinking, tools and failures of a provider over each client: the replayed call leaves the line of the recorded one. */
import { describe, expect, it } from 'vitest';
import { createTracer, type SpanRecord } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { replay } from '@spanline/replay';
import { useWire } from '../../../test/support/set-up.ts';
import type { Wire, WireReply } from '../../../test/support/wire/server.ts';
import { ANTHROPIC, type Ask, type Asking, OPENAI, RESPONSES } from './support/asks.ts';
import { ANTHROPIC_REPLIES, LEFT_REPLY, OPENAI_REPLIES, RESPONSES_REPLIES } from './support/replies.ts';

let wire: Wire;
useWire((opened) => {
  wire = opened;
});

/** Replies that LangChain takes for the end of an answer. */
const AMID: ReadonlySet<string> = new Set(['an error amid the answer', 'a failed answer']);

/** Fields of a line that a replay must give again. */
const KEYS = [
  'span.status',
  'error.type',
  'error.message',
  'spanline.error.class',
  'gen_ai.output.messages',
  'gen_ai.response.finish_reasons',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.response.id',
  'gen_ai.response.model',
  'http.response.status_code',
] as const;

interface Run {
  readonly records: readonly SpanRecord[];
  readonly error: string;
}

/** Runs a program. @param isLeft - its caller aborts it as soon as there is text */
async function run(ask: Ask, asking: Pick<Asking, 'url' | 'fetch' | 'stream'>, isLeft = false): Promise<Run> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const stop = new AbortController();
  const onPart = (part: unknown): void => {
    if (isLeft && JSON.stringify(part).includes('I look it up.')) stop.abort();
  };
  let error = 'none';
  await ask({ ...asking, tracer, signal: stop.signal, onPart }).catch((thrown: unknown) => {
    error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  });
  await tracer.shutdown();
  return { records: log.records(), error };
}

/** Facts of the line of the model call. */
const factsOf = ({ records }: Run): object[] =>
  records
    .filter((record) => record['span.type'] === 'llm')
    .map((record) => Object.fromEntries(KEYS.map((key) => [key, record[key]])));

/** Records a call, replays it, and compares both lines, and the errors of both callers. */
async function isReplayed(ask: Ask, stream: boolean, reply: WireReply, isLeft = false): Promise<void> {
  wire.answer(() => reply);
  const before = await run(ask, { url: wire.url, fetch, stream }, isLeft);
  const recorded = replay(before.records);
  const after = await run(ask, { url: 'https://model.invalid', fetch: recorded.fetch, stream }, isLeft);
  expect(recorded.report().misses).toEqual([]);
  expect(factsOf(after)).toEqual(factsOf(before));
  expect(factsOf(before)).toHaveLength(1);
  expect(after.error).toBe(before.error);
}

describe.each(Object.entries(ANTHROPIC))('Anthropic over %s', (_, ask) => {
  it.each(ANTHROPIC_REPLIES)('%s (streamed: %s)', (_name, stream, reply) => isReplayed(ask, stream, reply));
});
// LangChain does not tell its callbacks of an abort.
it.each(['anthropic', 'ai-sdk'] as const)('a caller of Anthropic over %s who leaves', (name) =>
  isReplayed(ANTHROPIC[name], true, LEFT_REPLY, true),
);
describe.each(Object.entries(OPENAI))('OpenAI over %s', (_, ask) => {
  it.each(OPENAI_REPLIES)('%s (streamed: %s)', (_name, stream, reply) => isReplayed(ask, stream, reply));
});
describe.each(Object.entries(RESPONSES))('Responses over %s', (client, ask) => {
  const replies = client === 'langchain' ? RESPONSES_REPLIES.filter(([name]) => !AMID.has(name)) : RESPONSES_REPLIES;
  it.each(replies)('%s (streamed: %s)', (_name, stream, reply) => isReplayed(ask, stream, reply));
});
