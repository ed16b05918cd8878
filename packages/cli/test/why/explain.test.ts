/** `spanline explain`. */

import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { lines, span, traceId } from '../../../query/test/support/logs.ts';
import { requests } from '../../../query/test/support/requests.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

const KEY = '0ec5a7173bd0e3c2b7e636e3bc365fa1';

const alert = (minute: number, event: 'fired' | 'recovered', fields: object = {}): SpanRecord => ({
  '@timestamp': new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString(),
  level: 'warn',
  message: 'Slow Rerank: latency_p95_ms of rerank is 5,000',
  'event.name': 'alert',
  'event.id': `boot-${minute}`,
  'spanline.alert.name': 'Slow Rerank',
  'spanline.alert.event': event,
  'spanline.alert.dedup_key': KEY,
  'spanline.alert.metric': 'latency_p95_ms',
  'spanline.alert.threshold': 2000,
  'spanline.alert.comparison': 'gt',
  'spanline.alert.window_s': 900,
  'spanline.alert.step': 'rerank',
  ...fields,
});

/** The reranker is slow for a tenant that is new. */
const log = requests(240, 12, (random, number) => {
  const isBad = number % 12 === 5;
  return { tenant: isBad ? 'hooli' : 'acme', rerankMs: (isBad ? 5000 : 100) + random() * 20, isFailed: isBad };
});

function explain(args: string[], files: Record<string, string> = {}): Promise<Outcome> {
  const cwd = folderWith({ 'app.ndjson': lines(...log, alert(100, 'fired'), alert(200, 'recovered')), ...files });
  return cli(['explain', 'app.ndjson', ...args], { cwd });
}

/** What the first cause is. */
function causeIn({ stdout }: Outcome): string | undefined {
  const { causes } = JSON.parse(stdout) as { causes: { subject: { step: string }; text: string }[] };
  return causes[0] && `${causes[0].subject.step}: ${causes[0].text}`;
}

describe('spanline explain', () => {
  it('prints what bad traces have in common, with the evidence', async () => {
    const { code, stdout, stderr } = await explain(['--slow', 'rerank']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Why rerank: slow\n20 of 240 traces take more than \d+ ms: 5\.\d+ s at the median/);
    expect(stdout).toContain('rerank: label.tenant is hooli\n20 of 20 slow traces (100 %), and 0 of 220 others.');
    expect(stdout.replaceAll('\n', ' ')).toMatch(/Lift 12× \([\d.]+× to 12×\), p 0\.001/);
    expect(stdout).toContain('Failed: 20 with TimeoutError.');
    expect(stdout).toMatch(/Time by step\n.*\nrerank +5\.\d+ s +\d+ ms/);
  });

  it('says what is missing where there is one bad trace, or one trace', async () => {
    const own = (number: number, ms: number): SpanRecord =>
      span(number, { ms, trace_id: traceId(number), 'span.name': 'rerank' });
    const files = { 'few.ndjson': lines(own(1, 10), own(2, 12), own(3, 5000)), 'one.ndjson': lines(own(1, 10)) };
    const cwd = folderWith(files);
    const few = await cli(['explain', 'few.ndjson', '--slow', 'rerank', '--over', '1s'], { cwd });
    expect(few.code).toBe(1);
    expect(few.stdout).toContain('1 of 3 traces takes more than 1.00 s: 5.00 s, the others 10 ms to 12 ms.');
    expect(few.stdout).toContain('Nothing to compare: at least two slow traces are needed.');
    const worst = await cli(['explain', 'few.ndjson', '--slow', 'rerank'], { cwd });
    expect(worst.stdout).not.toContain('tenth');
    expect(worst.stdout).not.toContain('median');
    const one = await cli(['explain', 'one.ndjson', '--slow', 'rerank'], { cwd });
    expect(one.stdout).toContain('There is one trace.');
    expect(one.stdout).toContain('Nothing to compare');
  });

  it.each([
    ['--failing', 'rerank'],
    ['--slow', 'requests'],
    ['--slow', 'rer*'],
    ['--slow', 'rerank', '--over', '2s'],
  ])('takes %s %s as the question', async (...args) => {
    const outcome = await explain([...args, '--json']);
    expect({ code: outcome.code, cause: causeIn(outcome) }).toEqual({
      code: 0,
      cause: expect.stringMatching(/label\.tenant is hooli|status is error/) as string,
    });
  });

  it('starts from an alert: its line, the key of its incident, the id of its line, or the name of its rule', async () => {
    for (const id of [KEY, 'boot-100', 'Slow Rerank', JSON.stringify(alert(100, 'fired'))]) {
      const outcome = await explain([id, '--json']);
      expect(causeIn(outcome), id).toBe('rerank: label.tenant is hooli');
      expect(JSON.parse(outcome.stdout)).toMatchObject({ bad: 10, question: { limit: 2000, step: 'rerank' } });
    }
    const elsewhere = JSON.stringify(alert(100, 'fired', { 'spanline.alert.dedup_key': 'f'.repeat(32) }));
    expect(JSON.parse((await explain([elsewhere, '--json'])).stdout)).toMatchObject({ bad: 13 });
  });

  it('says that there is no cause, and exits with 1', async () => {
    const noise = lines(...requests(100, 13, (random) => ({ rerankMs: Math.exp(random() * 3) })));
    const { code, stdout } = await explain(['--slow', 'rerank'], { 'app.ndjson': noise });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /No cause found: of \d{3} conditions, none picks the slow traces more often than\schance does/,
    );
  });

  it.each([
    [['--slow', 'rernk'], 'No trace has the step "rernk". Did you mean "rerank"?'],
    [['--expensive', 'reqests'], 'No trace has the step "reqests". Did you mean "requests"?'],
    [['--failing', 'no such step'], 'No trace has the step "no such step". There are "'],
    [['--low', 'thumbs'], 'No trace has the score "thumbs".'],
    [['--slow', 'rerank', 'step:search'], 'No trace has such a span.'],
  ])('says what the log does not have, and exits with 1: %j', async (args, message) => {
    const { code, stdout } = await explain(args);
    expect({ code, stdout: stdout.replaceAll('\n', ' ') }).toEqual({
      code: 1,
      stdout: expect.stringContaining(message) as string,
    });
  });

  it('narrows the spans in question by a filter and by time, and keeps their surroundings', async () => {
    const outcome = await explain(['--slow', 'rerank', 'label.tenant:hooli', 'OR', 'label.tenant:acme', '--json']);
    expect(causeIn(outcome)).toBe('rerank: label.tenant is hooli');
    const early = await explain(['--slow', 'rerank', '--to', '2026-11-23T09:59:30Z', '--json']);
    expect(JSON.parse(early.stdout)).toMatchObject({ traces: 60, bad: 5 });
  });

  it('makes names of a log safe to print', async () => {
    const evil = log.map((record) =>
      record['labels.tenant'] === 'hooli' ? { ...record, 'labels.tenant': '\u001B]0;owned\u0007' } : record,
    );
    const { stdout } = await explain(['--slow', 'rerank'], { 'app.ndjson': lines(...evil) });
    expect(stdout).toContain('label.tenant is');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    [[], /--slow, .* must be given once, unless an alert is named/],
    [['--slow', 'a', '--failing', 'b'], /must be given once/],
    [['--slow', 'rerank', '--over', '2 parsecs'], /duration takes a number, such as 2s or 350ms\n.*\n +\^/],
    [['--failing', 'rerank', '--over', '2s'], /--over must be absent beside --failing/],
    [['--slow', 'rerank', '--step', 'x'], /--step must be absent/],
    [['--slo', 'rerank'], /did you mean "--slow"/],
    [['nobody'], /no alert has the id or the name "nobody"/],
    [['{"a":'], /no JSON/],
    [['{"level":"info","message":"x","event.name":"span.end"}'], /must be an alert line/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await explain(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('refuses an alert on a metric that is none of traces', async () => {
    const queue = alert(100, 'fired', { 'spanline.alert.metric': 'queue_depth' });
    const { code, stderr } = await explain([KEY], { 'app.ndjson': lines(span(1), queue) });
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('queue_depth') as string });
  });
});
