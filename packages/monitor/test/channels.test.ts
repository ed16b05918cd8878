import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type Alert,
  type Channel,
  ChannelError,
  email,
  pagerDuty,
  slack,
  verifySignature,
  webhook,
} from '../src/index.ts';
import { createWorld, NOON } from './world.ts';

const ALERT: Alert = {
  key: '0123456789abcdef0123456789abcdef',
  name: 'Step Latency',
  event: 'fired',
  state: 'ALERT',
  severity: 'critical',
  message: 'Step Latency: latency_p99_ms of rerank is 25,000 (limit > 900, usually 300, 15 min, 40 samples)',
  metric: 'latency_p99_ms',
  value: 25_000,
  threshold: 900,
  comparison: 'gt',
  baseline: 300,
  step: 'rerank',
  windowMinutes: 15,
  samples: 40,
  traceIds: ['1'.repeat(32), '2'.repeat(32)],
  causes: [{ cause: 'many_documents', evidence: 'rerank takes 25,000 ms where more than 30 documents were retrieved' }],
  command: `grep -E '${'1'.repeat(32)}' app.ndjson`,
  at: NOON,
  since: NOON,
  suppressed: 0,
  service: 'legal',
  environment: 'test',
  instance: 'legal-0:1',
};

interface Request {
  headers: IncomingHttpHeaders;
  body: string;
  path: string;
}

type Answer = number | { status: number; headers?: Record<string, string>; bytes?: number } | 'hang' | 'reset';

let server: Server;
let url: string;
let requests: Request[];
/** Answers to the next requests. The last one is repeated. */
let answers: Answer[];

beforeEach(async () => {
  requests = [];
  answers = [200];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), path: request.url ?? '' });
      const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? 200;
      if (answer === 'hang') return;
      if (answer === 'reset') {
        response.destroy();
        return;
      }
      const { status, headers = {}, bytes = 2 } = typeof answer === 'number' ? { status: answer } : answer;
      response.writeHead(status, headers).end('x'.repeat(bytes));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const send = (
  channel: Channel,
  alerts: readonly Alert[] = [ALERT],
  signal = new AbortController().signal,
): Promise<void> => channel.send(alerts, signal);

async function failureOf(channel: Channel, signal?: AbortSignal): Promise<ChannelError> {
  const error: unknown = await send(channel, [ALERT], signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChannelError);
  return error as ChannelError;
}

const json = (index = 0): Record<string, unknown> => JSON.parse(requests[index]?.body ?? '') as Record<string, unknown>;

describe('a webhook', () => {
  it('posts the alerts as JSON, signed', async () => {
    await send(webhook({ url: `${url}/hook`, secret: 'shared', headers: { authorization: 'Bearer abc' } }));
    const [request] = requests;
    expect(json()).toEqual({ alerts: [ALERT] });
    expect(request).toMatchObject({ path: '/hook', headers: { authorization: 'Bearer abc' } });
    const header = String(request?.headers['spanline-signature']);
    expect(verifySignature(request?.body ?? '', header, 'shared')).toBe(true);
    expect(verifySignature(`${request?.body} `, header, 'shared')).toBe(false);
    expect(verifySignature(request?.body ?? '', header, 'other')).toBe(false);
    expect(verifySignature(request?.body ?? '', header.replace('v1=', 'v1=0'), 'shared')).toBe(false);
    expect(verifySignature(request?.body ?? '', undefined, 'shared')).toBe(false);
  });

  it('fails verification when its signature is old', async () => {
    await send(webhook({ url, secret: 'shared' }));
    const [request] = requests;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 });
    onTestFinished(() => void vi.useRealTimers());
    expect(verifySignature(request?.body ?? '', String(request?.headers['spanline-signature']), 'shared')).toBe(false);
  });

  it.each<[answer: Answer, isPermanent: boolean, retryAfterMs: number | undefined]>([
    [400, true, undefined],
    [401, true, undefined],
    [404, true, undefined],
    [408, false, undefined],
    [{ status: 429, headers: { 'retry-after': '7' } }, false, 7000],
    [500, false, undefined],
    [{ status: 503, headers: { 'retry-after': '2' }, bytes: 5_000_000 }, false, 2000],
    ['reset', false, undefined],
    [{ status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } }, false, undefined],
  ])('fails on %j', async (answer, isPermanent, retryAfterMs) => {
    answers = [answer];
    expect(await failureOf(webhook({ url }))).toMatchObject({ isPermanent, retryAfterMs });
    expect(requests).toHaveLength(1);
  });

  it('fails when its time is over and when nobody listens', async () => {
    answers = ['hang'];
    const limit = new AbortController();
    server.once('request', () => limit.abort());
    expect((await failureOf(webhook({ url }), limit.signal)).message).toBe('no answer in time');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    expect((await failureOf(webhook({ url }))).message).toBe('no connection (ECONNREFUSED)');
  });
});

describe('keys', () => {
  it('appear in no error', async () => {
    const messages: string[] = [];
    for (const answer of [404, 500, 'reset', { status: 302, headers: { location: '/sesame' } }] as Answer[]) {
      answers = [answer];
      const channels = [
        slack({ url: `${url}/services/sesame` }),
        webhook({ url: `${url}/sesame?token=sesame`, secret: 'sesame', headers: { 'x-key': 'sesame' } }),
        pagerDuty({ routingKey: 'sesame', url }),
      ];
      for (const channel of channels) {
        const error = await failureOf(channel);
        messages.push(error.message, String(error.stack), JSON.stringify(error), String(error.cause));
      }
    }
    for (const broken of ['sesame', 'ftp://sesame', '']) {
      try {
        slack({ url: broken });
        expect.unreachable();
      } catch (error) {
        messages.push((error as Error).message);
      }
    }
    expect(messages.filter((message) => message.includes('sesame'))).toEqual([]);
  });

  it('are read from the environment or a file for each message, and named if missing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'spanline-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'key');
    const channel = pagerDuty({ routingKey: { file }, url: { env: 'SPANLINE_TEST_HOOK' } });
    expect((await failureOf(channel)).message).toBe(`there is no routing key in ${file}`);
    writeFileSync(file, 'r1\n');
    expect((await failureOf(channel)).message).toBe('there is no URL in SPANLINE_TEST_HOOK');
    vi.stubEnv('SPANLINE_TEST_HOOK', url);
    onTestFinished(() => void vi.unstubAllEnvs());
    await send(channel);
    expect(json()).toMatchObject({ routing_key: 'r1' });
  });
});

describe('Slack', () => {
  it('gets a header, the numbers, the causes and the command', async () => {
    await send(slack({ url }));
    const text = JSON.stringify(json());
    for (const part of [
      '🔴 critical: Step Latency (rerank)',
      'gt 900',
      '15 min, 40 samples',
      'legal test',
      'usually\\n300',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('more than 30 documents');
    expect(text).toContain("```grep -E '1111");
    expect((json()['blocks'] as { type: string }[]).map(({ type }) => type)).toEqual([
      'header',
      'section',
      'section',
      'section',
      'section',
    ]);
  });

  it('shows hostile texts as text, within its limits', async () => {
    const evil = `<!channel> <https://evil|click> ${'&'.repeat(5000)} \`\`\``;
    const alert = {
      ...ALERT,
      name: evil,
      message: evil,
      step: evil,
      command: evil,
      causes: [{ cause: 'x', evidence: evil }],
      service: evil,
    };
    await send(
      slack({ url }),
      Array.from({ length: 60 }, () => alert),
    );
    const { text, blocks } = json() as {
      text: string;
      blocks: { text?: { text: string; type: string }; fields?: { text: string }[] }[];
    };
    expect(blocks.length).toBeLessThanOrEqual(50);
    const mrkdwn = blocks.flatMap((block) => [
      ...(block.text?.type === 'mrkdwn' ? [block.text.text] : []),
      ...(block.fields ?? []).map((field) => field.text),
    ]);
    for (const shown of [text, ...mrkdwn]) {
      expect(shown).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      expect(shown.length).toBeLessThanOrEqual(3000);
    }
    for (const block of blocks)
      if (block.text?.type === 'plain_text') expect(block.text.text.length).toBeLessThanOrEqual(150);
    expect(mrkdwn.filter((shown) => shown.startsWith('```')).every((shown) => shown.split('```').length === 3)).toBe(
      true,
    );
    expect(JSON.stringify(blocks.at(-1))).toContain('51 more are in the log');
  });
});

describe('PagerDuty', () => {
  it('opens an incident and closes the same', async () => {
    await send(pagerDuty({ routingKey: 'r1', url }), [
      { ...ALERT, message: 'm'.repeat(2000) },
      { ...ALERT, event: 'recovered' },
    ]);
    expect(json(0)).toMatchObject({
      routing_key: 'r1',
      dedup_key: ALERT.key,
      event_action: 'trigger',
      payload: {
        summary: `${'m'.repeat(1023)}…`,
        source: 'legal',
        severity: 'critical',
        timestamp: '2026-03-29T12:00:00.000Z',
        component: 'rerank',
        class: 'Step Latency',
        custom_details: { value: 25_000, threshold: 900, traceIds: ALERT.traceIds, causes: ALERT.causes },
      },
    });
    expect(json(1)).toEqual({ routing_key: 'r1', dedup_key: ALERT.key, event_action: 'resolve' });
  });
});

describe('texts of any characters', () => {
  const odd = `Slow \u0000\u001b[31m\ud800 step`;
  const long = '😀'.repeat(2000);
  const shown = 'Slow  [31m\ufffd step';

  it('reach Slack and PagerDuty without control characters and halves of characters', async () => {
    const alert: Alert = { ...ALERT, name: odd, step: odd, message: odd };
    await send(slack({ url }), [alert]);
    await send(pagerDuty({ routingKey: 'r1', url }), [alert]);
    expect(json(0)).toMatchObject({
      text: shown,
      blocks: [{ text: { text: `🔴 critical: ${shown} (${shown})` } }, {}, {}, {}, {}],
    });
    expect(json(1)).toMatchObject({ payload: { summary: shown } });
  });

  it('are shortened between characters', async () => {
    const alert: Alert = { ...ALERT, name: long, message: `m${long}` };
    await send(slack({ url }), [alert]);
    await send(pagerDuty({ routingKey: 'r1', url }), [alert]);
    for (const { body } of requests) expect(body).not.toMatch(/\\ud[89ab]/i);
    const { payload } = json(1) as { payload: { summary: string } };
    expect(payload.summary).toBe(`m${'😀'.repeat(511)}…`);
  });
});

describe('many alerts', () => {
  it('reach PagerDuty in batches, those of one incident in order', async () => {
    const rules = Array.from({ length: 30 }, (_, index) => ({
      name: `Slow ${index}`,
      metric: 'latency_p95_ms',
      threshold: 100,
      comparison: 'gt' as const,
      windowMinutes: 1,
      minSamples: 1,
      recoverAfterMinutes: 0,
    }));
    const sizes: number[] = [];
    const pager = pagerDuty({ routingKey: 'r1', url });
    const counted: Channel = {
      ...pager,
      send: (alerts, signal) => {
        sizes.push(alerts.length);
        return pager.send(alerts, signal);
      },
    };
    const world = createWorld({ rules, channels: { slack: counted } });
    for (const ms of [5000, 1]) {
      world.serve({ ms });
      world.pass(120_000);
    }
    await expect.poll(() => world.monitor.stats().channels['slack']?.sent).toBe(60);
    expect(Math.max(...sizes)).toBe(25);
    const actions = new Map<string, string[]>();
    for (const { body } of requests) {
      const { dedup_key: key, event_action: action } = JSON.parse(body) as Record<string, string>;
      actions.set(String(key), [...(actions.get(String(key)) ?? []), String(action)]);
    }
    expect([...actions.values()]).toEqual(rules.map(() => ['trigger', 'resolve']));
  });
});

describe('e-mail', () => {
  it('is a subject of one line and a text', async () => {
    const sent: { subject: string; text: string }[] = [];
    const channel = email({ send: (message) => void sent.push(message) });
    await send(channel, [
      { ...ALERT, name: 'Slow\r\nBcc: all@example.com' },
      { ...ALERT, event: 'recovered', causes: [], traceIds: [], command: '' },
    ]);
    expect(sent[0]?.subject).toBe('[critical] Slow Bcc: all@example.com and 1 more');
    expect(sent[0]?.text).toBe(
      [
        ALERT.message,
        `- ${ALERT.causes[0]?.evidence}`,
        `Traces: ${ALERT.traceIds.join(' ')}`,
        ALERT.command,
        '',
        ALERT.message,
      ].join('\n'),
    );
  });
});

describe.each<[channel: string, make: () => unknown, named: string]>([
  ['webhook', () => webhook({ url: 'nowhere' }), 'url'],
  ['webhook', () => webhook({ url: 'http://x', secret: 7 as never }), 'secret'],
  ['webhook', () => webhook({ url: 'http://x', headers: { 'a b': 'c' } }), 'headers.a b'],
  ['webhook', () => webhook({ url: 'http://x', headers: { a: null as never } }), 'headers.a'],
  ['slack', () => slack({ url: undefined as never }), 'url'],
  ['pagerDuty', () => pagerDuty({ routingKey: '' }), 'routingKey'],
  ['email', () => email({ send: 'me' as never }), 'send'],
])('%s', (_channel, make, named) => {
  it(`refuses a wrong ${named}`, () => {
    expect(make).toThrow(new RegExp(`^ERR_INVALID_OPTION: ${named.replace('.', '\\.')} must be`));
  });
});

describe('a monitor with a real channel', () => {
  /** Runs the monitor's timers until the next request, and returns the time that passed. */
  async function nextRequest(): Promise<number> {
    const before = requests.length;
    let waited = 0;
    for (; requests.length === before && waited < 600_000; waited += 250) {
      await vi.advanceTimersByTimeAsync(250);
      // Lets a request that is on its way arrive.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(requests).toHaveLength(before + 1);
    return waited;
  }

  it('survives a server that hangs, fails, resets and asks for time, at the pace of its circuit breaker', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    answers = ['hang', 500, 'reset', { status: 429, headers: { 'retry-after': '30' } }, 503, 502, 200];
    const rule = { name: 'Slow', metric: 'latency_p95_ms', threshold: 100, comparison: 'gt' as const, minSamples: 1 };
    const world = createWorld({ rules: [rule], channels: { slack: slack({ url: `${url}/services/sesame` }) } });
    world.serve({ ms: 5000 });
    world.pass(60_000);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) waits.push(await nextRequest());
    await vi.waitUntil(() => world.monitor.stats().channels['slack']?.sent === 1, 120_000);
    expect(world.monitor.stats().channels['slack']).toEqual({ sent: 1, failed: 6, lost: 0 });
    const [, afterHang = 0, , , after429 = 0, afterFive = 0, afterSix = 0] = waits;
    expect(afterHang).toBeGreaterThanOrEqual(10_000);
    expect(after429).toBeGreaterThanOrEqual(30_000);
    for (const wait of [afterFive, afterSix]) expect(wait).toBeGreaterThanOrEqual(60_000);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    expect(world.lines().join('')).not.toContain('sesame');
  });

  it('delivers after an error of the server', async () => {
    answers = [500, 200];
    const rule = { name: 'Slow', metric: 'latency_p95_ms', threshold: 100, comparison: 'gt' as const, minSamples: 1 };
    const world = createWorld({ rules: [rule], channels: { slack: webhook({ url }) } });
    world.serve({ ms: 5000 });
    world.pass(60_000);
    await expect.poll(() => world.monitor.stats().channels['slack']).toEqual({ sent: 1, failed: 1, lost: 0 });
    expect(json(1)).toEqual(json(0));
    expect(json(0)).toMatchObject({ alerts: [{ name: 'Slow', event: 'fired' }] });
  });
});
