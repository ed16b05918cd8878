import type { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapOpenAI } from '@spanline/openai';
import { comparable } from '../../../test/support/comparable.ts';
import { parsedRecords } from '../../../test/support/records.ts';
import { useTracer } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { SCENARIOS as ANTHROPIC_SCENARIOS } from '../../anthropic/test/support/scenarios.ts';
import { VERSIONS as ANTHROPIC_VERSIONS } from '../../anthropic/test/support/versions.ts';
import { SCENARIOS } from '../../openai/test/support/scenarios.ts';
import { VERSIONS } from '../../openai/test/support/versions.ts';
import { wire } from '../src/wire.ts';

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;
let stop: (() => void) | undefined;

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

useProvider((started) => {
  provider = started;
});
beforeEach(() => {
  stop = undefined;
});
afterEach(() => stop?.());

/** Facts that a call's line has, however the call was seen. Requests that failed have no answer. */
const FACTS = [
  'span.name',
  'span.type',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.response.finish_reasons',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
];

type Facts = Readonly<Record<string, unknown>>;

const facts = (): Facts[] =>
  parsedRecords(log).map(
    (record) => comparable(Object.fromEntries(FACTS.map((fact) => [fact, record[fact]]))) as Facts,
  );

const requestOf = ({ 'span.name': name, 'span.type': type, 'gen_ai.input.messages': messages }: Facts): Facts => ({
  name,
  type,
  messages,
});

/** Where the wire sees something else than the client does. */
const DIFFERENCES: Readonly<Record<string, (lines: readonly Facts[]) => unknown>> = {
  // The wire has what was sent, the client what was read.
  'a stream that is left': (lines) => lines.map(requestOf),
  'a stream that is aborted': (lines) => lines.map(requestOf),
  'the stream helper, aborted': (lines) => lines.map(requestOf),
  'a stream that is cut': (lines) => lines.map(requestOf),
  'asResponse of a stream': (lines) => lines.map(requestOf),
  // Each attempt is a line.
  'a refusal that is retried': (lines) => lines.slice(-1),
  // Version 4 has encoded its form before the wrapper sees it. The wire reads the fields.
  'a transcript of a file': (lines) => lines.map(({ 'span.type': type }) => type),
  // Nothing was sent.
  'a request that was aborted before': () => [],
};

/** A connection that the application closes ends a little later than the application's own promise. */
async function settled(): Promise<void> {
  await expect.poll(() => tracer.stats().open).toBe(0);
}

describe.each(Object.entries(VERSIONS))('a client of %s', (_version, Class) => {
  const newClient = (): InstanceType<typeof Class> =>
    new Class({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0 });

  it.each(Object.entries(SCENARIOS))('sees no difference, and has the same lines: %s', async (name, scenario) => {
    const plain = await scenario(newClient(), Class);
    await scenario(wrapOpenAI(newClient(), { tracer, streamUsage: false }), Class);
    await settled();
    const wrapped = facts();
    log.clear();
    stop = wire({ tracer, patch: true, hosts: { [new URL(provider.url).host]: 'openai' } });
    const watched = await scenario(newClient(), Class);
    await settled();
    expect(comparable(watched)).toEqual(comparable(plain));
    const known = DIFFERENCES[name] ?? ((lines: readonly Facts[]) => lines);
    expect(known(facts())).toEqual(known(wrapped));
  });
});

describe.each(Object.entries(ANTHROPIC_VERSIONS))('a client of %s', (_version, Class) => {
  const newClient = (): InstanceType<typeof Class> =>
    new Class({ apiKey: 'test', baseURL: provider.url, maxRetries: 0 });

  it.each(Object.entries(ANTHROPIC_SCENARIOS))(
    'sees no difference, and has the same lines: %s',
    async (name, scenario) => {
      const plain = await scenario(newClient(), Class);
      await scenario(wrapAnthropic(newClient(), { tracer }), Class);
      await settled();
      const wrapped = facts();
      log.clear();
      stop = wire({ tracer, patch: true, hosts: { [new URL(provider.url).host]: 'anthropic' } });
      const watched = await scenario(newClient(), Class);
      await settled();
      expect(comparable(watched)).toEqual(comparable(plain));
      const known = DIFFERENCES[name] ?? ((lines: readonly Facts[]) => lines);
      expect(known(facts())).toEqual(known(wrapped));
    },
  );
});
