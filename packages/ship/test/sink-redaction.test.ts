import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTracer, lineRedaction, parseLine } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { datadog, elasticsearch, file, langfuse, otlp, type RedactionSpec, type SinkSpec, spool } from '@spanline/ship';
import { jsonLines, runChild } from '../../../test/support/child.ts';
import { createIndex } from './support/elastic.ts';
import { deadLetters, leave, ship } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { createIntake } from './support/intake.ts';
import { type Receiver, receiver } from './support/receiver.ts';

const MAIL = 'ada@example.org';
const PROFILES = ['otel', 'ecs', 'datadog'] as const;

/** Lines of a call with content in full, and of the application. */
function fullLines(profile: (typeof PROFILES)[number]): string[] {
  const log = memoryLog({ profile });
  const tracer = createTracer({ logger: log.logger, capture: 'full', redactLines: false, statsIntervalSeconds: 0 });
  const call = tracer.startSpan({ name: 'chat', type: 'llm' });
  call.set({ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.input_tokens': 14 });
  call.input([{ role: 'user', content: `I am\n${MAIL}` }]).output(`Hello ${MAIL}`);
  tracer.run(call, () => tracer.logger.info({ mail: MAIL, documents: 4 }, 'answered'));
  call.end();
  return log.raw();
}

const sent = ({ requests }: Receiver): string => requests.map(({ body }) => body.toString()).join('');
const accepting = (): Promise<Receiver> => receiver(() => ({ status: 200, body: '{}' }));

describe.each(PROFILES)('one spool of lines in full, in the profile %s', (profile) => {
  it('reaches one sink as it is and the others redacted, in every format', async () => {
    const index = createIndex();
    const [elastic, other, collector, traces] = await Promise.all([
      receiver((request) => index.bulk(request)),
      receiver((request) => index.bulk(request)),
      accepting(),
      accepting(),
    ]);
    const root = temporaryFolder();
    leave(root, fullLines(profile));
    const redact = lineRedaction();
    const files = (['as-is', ...PROFILES] as const).map((format) => ({ format, path: join(root, `${format}.ndjson`) }));
    const { engine } = ship(
      root,
      elasticsearch({ url: elastic.url }),
      elasticsearch({ url: other.url, name: 'other', index: 'other', redact }),
      otlp({ url: collector.url, encoding: 'json', redact }),
      langfuse({ url: traces.url, keys: 'a:b', redact }),
      ...files.map(({ format, path }) => file({ name: format, path, profile: format, redact })),
    );
    await engine.drain();
    expect(sent(elastic)).toContain(MAIL);
    const texts = [sent(other), sent(collector), sent(traces), ...files.map(({ path }) => readFileSync(path, 'utf8'))];
    for (const text of texts) {
      expect(text).not.toContain(MAIL);
      expect(text).toContain('[EMAIL_1]');
      expect(text).toContain('gpt-4o');
    }
    expect(sent(other)).toContain('"spanline.capture.mode":"redacted"');
    for (const { path } of files) {
      const [log, call] = readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => parseLine(line));
      expect(log).toMatchObject({ kind: 'log', rest: { mail: '[EMAIL_1]', documents: 4 } });
      expect(call?.record['gen_ai.input.messages']).toContain(String.raw`I am\n[EMAIL_1]`);
    }
  });
});

it('holds for a line that is dated again, because it waited for days for Datadog', async () => {
  const intake = createIntake('key');
  const target = await receiver(() => ({ status: 503 }));
  const root = temporaryFolder();
  leave(root, fullLines('otel'));
  const { engine } = ship(root, datadog({ url: target.url, apiKey: 'key', redact: lineRedaction() }));
  await target.until(() => target.requests.length > 0);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 86_400_000 });
  onTestFinished(() => void vi.useRealTimers());
  target.answer = (request) => intake.accept(request);
  await engine.drain();
  expect(intake.logs).toHaveLength(2);
  expect(JSON.stringify(intake.logs)).toContain('[EMAIL_1]');
  expect(JSON.stringify([intake.logs, sent(target)])).not.toContain(MAIL);
});

it.each(['full', 'metadata'] as const)('goes together with capture %s', async (capture) => {
  const root = temporaryFolder();
  leave(root, fullLines('ecs'));
  const path = join(root, 'out.ndjson');
  const { engine } = ship(root, file({ path, capture, redact: lineRedaction(['documents']) }));
  await engine.drain();
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain(MAIL);
  expect(text).toContain('"documents":"[Redacted]"');
  expect(text.includes('Hello')).toBe(capture === 'full');
});

it('applies in the worker thread of a spool', async () => {
  const index = createIndex();
  const target = await receiver((request) => index.bulk(request));
  const { stdout } = await runChild(`
    import { lineRedaction } from '@spanline/core';
    import { elasticsearch, spool } from '@spanline/ship';
    const redact = lineRedaction({ custom: [{ name: 'CASE', pattern: /case-\\d+/i }], hashKey: 'k' });
    const to = [elasticsearch({ url: '${target.url}', redact })];
    const spooled = spool({ dir: ${JSON.stringify(temporaryFolder())}, to });
    spooled.write('{"@timestamp":"2026-11-23T09:12:35.958Z","message":"Case-7 of ${MAIL}"}\\n');
    console.log(JSON.stringify({ stored: await spooled.close(60_000) }));`);
  expect(jsonLines(stdout)).toEqual([{ stored: true }]);
  expect(sent(target)).toMatch(/"\[CASE:[0-9a-f]{4}\] of \[EMAIL:[0-9a-f]{4}\]"/);
});

it('sends no line that the redaction fails on: the line is a dead letter, as it was written', async () => {
  const target = await accepting();
  const redact: RedactionSpec = {
    module: import.meta.url,
    options: {},
    createRedaction: () => () => {
      throw new TypeError(MAIL);
    },
  };
  const root = temporaryFolder();
  const [line = ''] = fullLines('otel');
  leave(root, [line]);
  const { engine, reports } = ship(root, datadog({ url: target.url, apiKey: 'k', redact }));
  await engine.drain();
  expect(target.requests).toHaveLength(0);
  expect(deadLetters(root, 'datadog')).toMatchObject([{ reason: 'the sink cannot encode the line (TypeError)', line }]);
  expect(JSON.stringify(reports)).not.toContain(MAIL);
});

it('sends nothing to a sink of the user that does not apply it: the lines wait', async () => {
  const root = temporaryFolder();
  leave(root, fullLines('otel'));
  const bodies: string[] = [];
  const careless: SinkSpec = {
    name: 'careless',
    module: import.meta.url,
    options: {},
    redact: lineRedaction(),
    createSink: () => ({
      limits: { bytes: 10_000, entries: 10, lingerMs: 0, concurrency: 1 },
      encode: (line) => ({ kind: 'entry', parts: [line.bytes] }),
      send(batch) {
        bodies.push(batch.body().toString());
        return Promise.resolve({ kind: 'stored' });
      },
    }),
  };
  const { engine, reports } = ship(root, careless);
  await expect.poll(() => reports.length).toBeGreaterThan(0);
  expect(reports[0]).toMatchObject({
    what: 'paused',
    message: 'careless: the sink does not redact its lines; lines wait in the spool until this is fixed',
  });
  expect(bodies).toEqual([]);
  expect(engine.stats()['careless']).toMatchObject({ stored: 0, rejected: 0 });
});

it('is refused at the start if it is no redaction, or has functions that no thread can get', () => {
  const wrong = { rules: {} } as unknown as RedactionSpec;
  expect(() => datadog({ apiKey: 'k', redact: wrong })).toThrow(/redact must be lineRedaction/);
  const to = [datadog({ apiKey: 'k', redact: lineRedaction({ detectors: [() => []] }) })];
  expect(() => spool({ dir: temporaryFolder(), to })).toThrow(/to: datadog: redact must be data .* without functions/);
});
