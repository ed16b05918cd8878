/** Every check finds its fault in a log that has it, and says nothing about a log of a healthy service. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from '@spanline/core';
import { type Examination, type Finding, open } from '@spanline/query';
import { createPersonalDataFinder } from '../../src/care/doctor/personal-data.ts';
import { byProcess, FAULTS, HOUR, inContainer, withSteps } from './faults.ts';
import { serviceLog, START, withLines } from './service.ts';

const ROOT = join(import.meta.dirname, '../../../..');

const examine = (log: string): Promise<Examination> =>
  open(Readable.from([log])).examine({ findPersonalData: createPersonalDataFinder() });

const namesOf = ({ findings }: Examination): string[] => findings.map(({ name }) => name);

function found({ findings }: Examination, name: string): Finding {
  return findings.find((one) => one.name === name) ?? expect.fail(`${name} is not found`);
}

/** Faults that come with another one. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  'no-time': ['no-iso-time'],
  // Those lines are not read.
  'cut-lines': ['lost-lines'],
  'broken-lines': ['lost-lines'],
  'missing-parents': ['lost-lines'],
};

describe('a fault of the lines', () => {
  it('is looked for by checks that are all tested here', async () => {
    const { checks } = await examine(await serviceLog());
    expect([...checks].toSorted()).toEqual(Object.keys(FAULTS).toSorted());
  });

  it.each(Object.keys(FAULTS))('is found, with its place and its page: %s', async (name) => {
    const finding = found(await examine((await FAULTS[name]?.()) ?? ''), name);
    expect(finding.count).toBeGreaterThan(0);
    expect(finding.example?.file).toBe('-');
    expect(finding.example?.line).toBeGreaterThan(0);
    const [page = '', heading] = finding.page.split('#');
    expect(existsSync(join(ROOT, page))).toBe(true);
    const headings = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(heading === undefined || headings.includes(heading), finding.page).toBe(true);
  });

  it.each(Object.keys(FAULTS))('is the only one that is found: %s', async (name) => {
    const names = namesOf(await examine((await FAULTS[name]?.()) ?? ''));
    expect(names.filter((other) => other !== name && TOGETHER[name]?.includes(other) !== true)).toEqual([]);
  });
});

describe('what wire capture saw', () => {
  it('is compared with what the instrumentation reported', async () => {
    const { findings, scopes } = await examine(
      `${await FAULTS['retried-calls']?.()}${await FAULTS['calls-on-the-wire-only']?.()}`,
    );
    expect(
      findings.filter(({ page }) => page === 'docs/wire.md#audit').map(({ text, count }) => [count, text]),
    ).toEqual([
      [4, 'The instrumentation reported 2 calls, the wire saw 6: 4 retries, $0.04.'],
      [2, '2 requests to models are recorded by wire capture alone: image gpt-image-1 at api.openai.com.'],
    ]);
    expect(scopes).toEqual(['@spanline/core', '@spanline/wire']);
  });

  it('shows that it runs, also where every call has a span of another instrumentation', async () => {
    const { scopes } = await examine((await FAULTS['retried-calls']?.()) ?? '');
    expect(scopes).toEqual(['@spanline/core', '@spanline/wire']);
  });
});

describe('nothing is found', () => {
  it.each<[string, () => Promise<string>]>([
    ['in the log of a service', () => serviceLog()],
    ['in the log of a service with steps', () => serviceLog({ work: withSteps })],
    ['in the profile ecs', () => serviceLog({ tracing: { profile: 'ecs' } })],
    ['in the profile datadog', () => serviceLog({ tracing: { profile: 'datadog' } })],
    ['in short lines of a container', async () => inContainer(await serviceLog())],
    ['where content is hashed', () => serviceLog({ tracing: { capture: 'hashed', hashKey: 'a key of this test' } })],
    ['where personal data was replaced', () => serviceLog({ question: 'Write to ada@example.org' })],
    [
      'where a process was idle for a night',
      () =>
        serviceLog({
          requests: 30,
          work: (_, time) => void (time.ms += time.ms > START + 20_000 && time.ms < START + HOUR ? 9 * HOUR : 0),
        }),
    ],
    ['where a process was restarted', () => byProcess(60_000)],
    [
      'where a process was updated',
      async () =>
        (await serviceLog()) +
        (await serviceLog({ time: { ms: START + 60_000 } })).replaceAll(
          '"otel.scope.version":"',
          '"otel.scope.version":"9.',
        ),
    ],
    [
      'where the log begins and ends in the middle of a request',
      async () => withLines(await serviceLog(), (lines) => lines.slice(2, -2)),
    ],
    ['in the log of a program that only prints', () => Promise.resolve('ready\nlistening on 3000\n')],
  ])('%s', async (_, log) => {
    expect(namesOf(await examine(await log()))).toEqual([]);
  });
});

it('names the line, the trace and what is affected', async () => {
  const finding = found(await examine(await serviceLog({ model: 'notary-7b' })), 'unknown-prices');
  expect(finding).toMatchObject({ count: 2, severity: 'warning', example: { line: 2 } });
  expect(finding.text).toContain('notary-7b');
  expect(finding.example?.traceId).toMatch(/^[0-9a-f]{32}$/);
});

it('names the kinds of personal data, also in lines of the application', async () => {
  const log = await serviceLog({ logger: (destination) => createLogger({ redactLines: false }, destination) });
  const line = `${JSON.stringify({ '@timestamp': '2024-11-23T09:00:09.000Z', level: 'info', message: 'mail to ada@example.org' })}\n`;
  expect(found(await examine(log + line), 'personal-data').text).toContain('EMAIL');
});

it('counts lines that were lost in two places, whatever their order', async () => {
  const log = withLines(await serviceLog({ requests: 6 }), (lines) => {
    const kept = lines.filter((line) => 'event.id' in line).filter((_, index) => ![3, 4, 9].includes(index));
    return [...kept.slice(0, 5), ...kept.slice(5).toReversed()];
  });
  expect(found(await examine(log), 'lost-lines').count).toBe(3);
});

it.each([
  ['agent', ['no-request-ids']],
  ['figure-rag', ['no-request-ids']],
])('only what is so is found in the log of the example %s', async (name, names) => {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: join(ROOT, 'examples', name),
    encoding: 'utf8',
  });
  expect(namesOf(await examine(stdout)).toSorted()).toEqual(names);
});
