import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { datadog, elasticsearch, file, jaeger, langfuse, otlp, phoenix } from '@spanline/ship';
import { createIndex } from './support/elastic.ts';
import { leave, ship } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { createIntake } from './support/intake.ts';
import { trace } from './support/lines.ts';
import { type Receiver, receiver } from './support/receiver.ts';

const CONTENT = /Where is it|There\./;

it.each(['otel', 'ecs', 'datadog'] as const)(
  'sends content to one sink and metadata to the others, from one spool of lines in the profile %s',
  async (profile) => {
    const index = createIndex();
    const [elastic, other, collector] = await Promise.all([
      receiver((request) => index.bulk(request)),
      receiver((request) => index.bulk(request)),
      receiver(() => ({ status: 200, body: '{}' })),
    ]);
    const root = temporaryFolder();
    const [line = '', ...others] = trace(profile);
    const apart = line
      .replace('"span.end"', '"span.content"')
      .replace('"event":{"name":"span.end"', '"event":{"name":"span.content"');
    leave(root, [line, ...others, apart]);
    const path = join(root, 'out.ndjson');
    const { engine } = ship(
      root,
      elasticsearch({ url: elastic.url }),
      elasticsearch({ url: other.url, name: 'other', index: 'other', capture: 'metadata' }),
      otlp({ url: collector.url, encoding: 'json', capture: 'metadata' }),
      file({ path, capture: 'metadata' }),
    );
    await engine.drain();
    const sent = ({ requests }: typeof elastic): string => requests.map(({ body }) => body.toString()).join('');
    expect(sent(elastic)).toMatch(CONTENT);
    for (const text of [sent(other), sent(collector), readFileSync(path, 'utf8')]) {
      expect(text).not.toMatch(CONTENT);
      expect(text).toContain('gpt-4o');
    }
    expect(sent(other)).toContain('"spanline.capture.mode":"metadata"');
    // The line of the application is not ours to cut; the one with content alone is left out.
    expect(sent(other)).toContain('"documents":4');
    expect(engine.stats()['other']?.skipped).toBe(1);
  },
);

it('holds for the targets that are reached over OTLP', async () => {
  const accept = (): Promise<Receiver> => receiver(() => ({ status: 200 }));
  const targets = await Promise.all([accept(), accept(), accept()]);
  const [first, second, third] = targets;
  const root = temporaryFolder();
  leave(root, trace('otel'));
  const capture = 'metadata';
  const { engine } = ship(
    root,
    langfuse({ url: first.url, keys: 'a:b', capture }),
    phoenix({ url: second.url, capture }),
    jaeger({ url: third.url, capture }),
  );
  await engine.drain();
  for (const { requests } of targets) {
    const text = requests.map(({ body }) => body.toString()).join('');
    expect(text).toContain('gpt-4o');
    expect(text).not.toMatch(CONTENT);
  }
});

it('holds for a line that is dated again, because it waited for days for Datadog', async () => {
  const intake = createIntake('key');
  const target = await receiver(() => ({ status: 503 }));
  const root = temporaryFolder();
  leave(root, trace('otel'));
  const { engine } = ship(root, datadog({ url: target.url, apiKey: 'key', capture: 'metadata' }));
  await target.until(() => target.requests.length > 0);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 86_400_000 });
  onTestFinished(() => void vi.useRealTimers());
  target.answer = (request) => intake.accept(request);
  await engine.drain();
  expect(intake.logs).toHaveLength(3);
  expect(JSON.stringify([intake.logs, ...target.requests.map(({ body }) => body.toString())])).not.toMatch(CONTENT);
});
