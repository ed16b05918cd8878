import { createOpenAI } from '@ai-sdk/openai';
import { experimental_decide as decide } from 'ai';
import { describe, expect, it } from 'vitest';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { watchedBy } from './support/sdks.ts';

let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});
useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const QUESTIONS = { urgent: { type: 'boolean', instructions: 'Is it urgent?' } } as const;
const ANSWER = {
  id: 'd1',
  model: 'gpt-4o',
  answers: [{ type: 'predicate', name: 'urgent', probability: 0.9 }],
  usage: { input_tokens: 40, output_tokens: 12 },
};
const watched = (more?: object) => ({
  telemetry: watchedBy(spanlineTelemetry({ tracer }), more).experimental_telemetry,
});
const ask = (more: object = watched()) =>
  decide({
    model: createOpenAI({ apiKey: 'test', baseURL: `${wire.url}/v1` }).decisionModel('gpt-4o'),
    state: 'The server is on fire.',
    questions: QUESTIONS,
    maxRetries: 1,
    ...more,
  });
const parsed = (value: unknown): unknown => JSON.parse(String(value));

describe('a decision', () => {
  it('is the call of a model, with its questions, answers, tokens and cost', async () => {
    wire.answer(() => json(ANSWER));
    await tracer.withSpan('outer', () => ask());
    expect(tree(log.records())).toBe('task outer\n  llm decide gpt-4o');
    const [decision] = log.records();
    expect(decision).toMatchObject({
      'gen_ai.operation.name': 'decide',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 40,
      'gen_ai.usage.output_tokens': 12,
      'spanline.cost.usd': 0.00022,
    });
    expect(parsed(decision?.['gen_ai.input.messages'])).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'The server is on fire.' },
          { type: 'text', content: JSON.stringify(QUESTIONS) },
        ],
      },
    ]);
    expect(decision?.['gen_ai.output.messages']).toContain('0.9');
  });

  it('has its content kept from the line, where the application keeps it from telemetry', async () => {
    wire.answer(() => json(ANSWER));
    await ask(watched({ recordInputs: false, recordOutputs: false }));
    expect(log.records()).toMatchObject([{ 'gen_ai.usage.input_tokens': 40 }]);
    for (const secret of ['on fire', 'urgent', 'probability']) expect(log.raw().join('\n')).not.toContain(secret);
  });

  it('that is refused is a failure', async () => {
    wire.answer(() => json({ error: { message: 'refused' } }, 400));
    await expect(ask()).rejects.toThrow('refused');
    expect(log.records()).toMatchObject([
      { 'span.type': 'llm', 'span.status': 'error', 'error.type': 'AI_APICallError', 'error.message': 'refused' },
    ]);
  });

  it('that is taken back is aborted', async () => {
    const controller = new AbortController();
    wire.answer(() => {
      controller.abort();
      return json(ANSWER);
    });
    await expect(ask({ abortSignal: controller.signal, ...watched() })).rejects.toThrow();
    expect(log.records()).toMatchObject([{ 'span.type': 'llm', 'span.status': 'aborted' }]);
  });
});
