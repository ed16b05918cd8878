import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import fc from 'fast-check';
import { createAgent } from 'langchain';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTracer, reconstructMessages, type SpanRecord, type TracerOptions, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { runs } from '../../../../test/support/effort.ts';
import { useWire } from '../../../../test/support/set-up.ts';
import { json, type Wire } from '../../../../test/support/wire/server.ts';

let wire: Wire;

useWire((opened) => {
  wire = opened;
});

/** What a turn of the model is: words, and how many tools it calls with what. */
interface Turn {
  readonly content: string;
  readonly cities: readonly string[];
}

/** The model says each turn in its order, then that it is done. */
function answerTurns(turns: readonly Turn[]): void {
  wire.answer(({ body }) => {
    const asked = (body['messages'] as { role: string }[]).filter(({ role }) => role === 'assistant').length;
    const turn = turns[asked];
    const calls = turn?.cities.map((city, index) => ({
      id: `call_${asked}_${index}`,
      type: 'function',
      function: { name: 'weather', arguments: JSON.stringify({ city }) },
    }));
    const message = {
      role: 'assistant',
      content: turn?.content ?? 'That was the last town.',
      ...(calls === undefined ? {} : { tool_calls: calls }),
    };
    return json({
      id: `chatcmpl-${asked}`,
      object: 'chat.completion',
      created: 1,
      model: 'gpt-4o-mini',
      choices: [{ index: 0, message, finish_reason: calls === undefined ? 'stop' : 'tool_calls' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    });
  });
}

/** What a handler would log that writes each input and output as LangChain hands it over. */
class EverythingHandler {
  readonly name = 'everything';
  readonly awaitHandlers = true;
  bytes = 0;

  #add = (value: unknown): void => {
    this.bytes += Buffer.byteLength(JSON.stringify(value) ?? '');
  };

  handleChainStart = (_chain: unknown, inputs: unknown): void => this.#add(inputs);
  handleChainEnd = this.#add;
  handleChatModelStart = (_model: unknown, messages: unknown): void => this.#add(messages);
  handleLLMEnd = this.#add;
  handleToolStart = (_tool: unknown, input: unknown): void => this.#add(input);
  handleToolEnd = this.#add;
}

const CONTENT = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'spanline.input',
  'spanline.output',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
] as const;

const contentBytes = (records: readonly SpanRecord[]): number =>
  records.reduce(
    (sum, record) => sum + CONTENT.reduce((bytes, key) => bytes + Buffer.byteLength(record[key] ?? ''), 0),
    0,
  );

const RESULT = 'The weather in this town is fine, with some clouds in the afternoon. '.repeat(16);

async function runAgent(
  turns: readonly Turn[],
  deltas: NonNullable<TracerOptions['deltas']>,
  others: readonly object[] = [],
) {
  answerTurns(turns);
  const log = memoryLog();
  const tracer = createTracer({
    logger: log.logger,
    statsIntervalSeconds: 0,
    capture: 'full',
    limits: { lineBytes: 4e6, fieldBytes: 2e6, arrayLength: 1000 },
    deltas,
  });
  const weather = tool(({ city }: { city: string }) => `${city}: ${RESULT}`, {
    name: 'weather',
    schema: z.object({ city: z.string() }),
  });
  const model = new ChatOpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'test',
    maxRetries: 0,
    configuration: { baseURL: `${wire.url}/v1` },
  });
  const agent = createAgent({ model, tools: [weather], name: 'helper', systemPrompt: 'You are an assistant.' });
  await agent.invoke(
    { messages: [new HumanMessage('What is the weather in all of these towns?')] },
    { callbacks: [new SpanlineCallbackHandler({ tracer }), ...others] as never, recursionLimit: 200 },
  );
  const records = log.records();
  for (const record of records) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
  expect(records.flatMap((record) => record['spanline.truncated'] ?? [])).toEqual([]);
  return { log, records, bytes: contentBytes(records) };
}

type AgentRun = Awaited<ReturnType<typeof runAgent>>;

/** The messages of an agent's last state. */
function stateOf({ log, records }: AgentRun): unknown {
  const content = reconstructMessages(log.raw(), records.at(-1)?.span_id ?? '');
  expect(content).toMatchObject({ missing: [], output: { messages: expect.any(Array) as unknown } });
  return content?.output;
}

/** What was written of each span, with references followed; in the order of names, because tools of one turn run at once. */
function reconstructed({ log, records }: AgentRun): string[] {
  const spans = records.map((record) => {
    const { input, output, missing } = reconstructMessages(log.raw(), record.span_id ?? '') ?? {};
    expect(missing).toEqual([]);
    return JSON.stringify([record['span.name'], input, output]);
  });
  return spans.toSorted();
}

const turnsOf = (count: number): Turn[] =>
  Array.from({ length: count }, (_, turn) => ({ content: `Asking for town ${turn}.`, cities: [`town ${turn}`] }));

describe('an agent', () => {
  it.each(runs([5, 20], [5, 10, 20, 40]))(
    'with %i tool calls writes what grows with its messages, not with their square',
    async (n) => {
      const everything = new EverythingHandler();
      const byDefault = await runAgent(turnsOf(n), 'containers', [everything]);
      const all = await runAgent(turnsOf(n), 'all');
      const unique = Buffer.byteLength(JSON.stringify(stateOf(all)));
      expect(everything.bytes / unique).toBeGreaterThan(n * 3);
      expect(byDefault.bytes / everything.bytes).toBeLessThanOrEqual(0.35);
      expect(all.bytes / unique).toBeLessThanOrEqual(3);
    },
  );

  it('gives back each input and output from its lines alone, whatever was referred to', async () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 80 }).map((text) => text.toWellFormed());
    const turn = fc.record({ content: words, cities: fc.array(words, { minLength: 1, maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { maxLength: 4 }), async (turns) => {
        const [none, containers, all] = [
          await runAgent(turns, 'none'),
          await runAgent(turns, 'containers'),
          await runAgent(turns, 'all'),
        ].map(reconstructed);
        expect(containers).toEqual(none);
        expect(all).toEqual(none);
      }),
      { numRuns: runs(4, 200) },
    );
  });
});
