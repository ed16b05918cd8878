import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../../test/support/child.ts';
import type { RedactPaths, SpanRecord, TracerOptions } from '../../src/index.ts';
import { createLogger, createTracer, SpanlineError } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

type Options = Pick<TracerOptions, 'redact' | 'profile' | 'capture' | 'hashKey'>;

/** The lines of a span with personal data in many places. */
function write(options: Options): { line: Record<string, unknown>; record: SpanRecord; text: string } {
  const log = memoryLog(options.profile === undefined ? {} : { profile: options.profile });
  const tracer = createTracer({ ...options, logger: log.logger, statsIntervalSeconds: 0 });
  const span = tracer.startSpan({
    name: 'pay',
    type: 'tool',
    labels: { tenant: 'acme', account: 12345 },
    tags: ['vip', 'eu'],
    attributes: { 'user_agent.original': 'Mozilla', 'http.request.method': 'POST' },
  });
  span.input({ user: { mail: 'ada', name: 'Ada' }, items: [{ nick: 's1', id: 1 }, { nick: 's2' }] });
  span.output({ note: JSON.stringify({ user: { mail: 'ada' } }), plain: '{not json' });
  span.end();
  const [record = {}] = log.records();
  return { line: log.lines()[0] ?? {}, record, text: log.raw()[0] ?? '' };
}

const args = ({ record }: ReturnType<typeof write>): unknown =>
  JSON.parse(record['gen_ai.tool.call.arguments'] ?? 'null');

describe('paths in content', () => {
  it('are relative to the value, or begin with its key', () => {
    const redacted = { user: { mail: '[Redacted]', name: 'Ada' }, items: [{ nick: 's1', id: 1 }, { nick: 's2' }] };
    for (const path of [
      'user.mail',
      'gen_ai.tool.call.arguments.user.mail',
      '["gen_ai.tool.call.arguments"].user["mail"]',
      '*.user.mail',
    ]) {
      expect(args(write({ redact: [path] }))).toEqual(redacted);
    }
  });

  it('take wildcards', () => {
    expect(args(write({ redact: ['items[*].nick', 'user.*'] }))).toEqual({
      user: { mail: '[Redacted]', name: '[Redacted]' },
      items: [{ nick: '[Redacted]', id: 1 }, { nick: '[Redacted]' }],
    });
  });

  it('lead into texts that are JSON', () => {
    const { record } = write({ redact: ['note.user.mail', 'plain.x'] });
    expect(JSON.parse(record['gen_ai.tool.call.result'] ?? '')).toEqual({
      note: '{"user":{"mail":"[Redacted]"}}',
      plain: '{not json',
    });
  });

  it('may lead to all of a field', () => {
    const { record } = write({ redact: ['["gen_ai.tool.call.arguments"]'] });
    expect(record['gen_ai.tool.call.arguments']).toBe('"[Redacted]"');
    expect(write({ redact: { paths: ['gen_ai.tool'], remove: true } }).record).not.toHaveProperty([
      'gen_ai.tool.call.arguments',
    ]);
  });

  it('are counted', () => {
    const { record } = write({ redact: ['user.mail', 'items[*].nick'] });
    expect(record['spanline.redactions']).toBe(3);
    expect(record['spanline.redaction.rules']).toEqual(['PATH']);
  });

  it.each(['full', 'redacted'] as const)('hold in mode %s', (capture) => {
    expect(write({ redact: ['user.mail'], capture }).text).not.toContain('"ada\\"');
  });
});

describe('paths to attributes', () => {
  it('redact texts, lists and labels', () => {
    const { record } = write({ redact: ['labels.tenant', 'labels.account', 'user_agent', '["spanline.tags"][1]'] });
    expect(record).toMatchObject({
      'labels.tenant': '[Redacted]',
      'labels.account': '[Redacted]',
      'user_agent.original': '[Redacted]',
      'spanline.tags': ['vip', '[Redacted]'],
    });
    expect(write({ redact: { paths: ['labels', 'spanline.tags'], remove: true } }).text).not.toMatch(/labels|tags/);
  });

  it('are written in the spelling of the profile as well', () => {
    for (const path of ['http.useragent', 'user_agent.original']) {
      expect(write({ redact: [path], profile: 'datadog' }).line).toMatchObject({ http: { useragent: '[Redacted]' } });
    }
  });

  it('leave ids, times, enumerations and measurements alone', () => {
    const plain = write({}).record;
    const { record } = write({ redact: ['trace_id', 'span_id', 'event', 'span.type', 'duration_ms', '@timestamp'] });
    for (const key of Object.keys(plain) as (keyof SpanRecord)[]) {
      expect(record).toHaveProperty([key]);
      expect(String(record[key])).not.toContain('Redacted');
    }
  });

  it('do not begin with a wildcard', () => {
    expect(write({ redact: ['*.name', '*.original'] }).record).toMatchObject({
      'span.name': 'pay',
      'user_agent.original': 'Mozilla',
    });
  });

  it('hide the name of a span in its message', () => {
    const { record } = write({ redact: ['span.name'] });
    expect(record['span.name']).toBe('[Redacted]');
    expect(record.message).toMatch(/^\[Redacted\] \d+ ms/);
  });
});

describe('a censor', () => {
  it('gets the value and the path, and its result passes the rules', () => {
    const seen: [unknown, string[]][] = [];
    const censor: RedactPaths['censor'] = (value, path) => {
      seen.push([value, path]);
      return `was ${String(value)}, ask jane@example.org`;
    };
    const { record } = write({ redact: { paths: ['items[*].nick', 'labels.tenant'], censor } });
    expect(record['labels.tenant']).toBe('was acme, ask [EMAIL_1]');
    expect(JSON.parse(record['gen_ai.tool.call.arguments'] ?? '')).toMatchObject({
      items: [{ nick: 'was s1, ask [EMAIL_1]' }, { nick: 'was s2, ask [EMAIL_1]' }],
    });
    expect(seen).toContainEqual(['acme', ['labels.tenant']]);
    expect(seen).toContainEqual(['s2', ['gen_ai.tool.call.arguments', 'items', '1', 'nick']]);
  });

  it('that throws does not let the value through', () => {
    const censor = (): never => {
      throw new Error('broken');
    };
    expect(args(write({ redact: { paths: ['user'], censor } }))).toMatchObject({ user: '[Redacted]' });
  });
});

describe('the options', () => {
  it.each([
    [['a..b'], 'redact[0]'],
    [{ paths: ['a', ''] }, 'redact.paths[1]'],
    [{ paths: 'a' }, 'redact.paths'],
    [{ censor: 'x' }, 'redact.paths'],
    [{ paths: ['a'], censor: 1 }, 'redact.censor'],
    [{ path: ['a'] }, 'redact.path'],
  ])('%j is refused', (redact, option) => {
    const create = (): unknown => createTracer({ redact: redact as never });
    expect(create).toThrow(SpanlineError);
    expect(create).toThrow(expect.objectContaining({ option }) as Error);
  });

  it('stand beside rules', () => {
    const { text } = write({ redact: { paths: ['user.mail'], rules: { EMAIL: false }, protect: ['user.id'] } });
    expect(text).toContain('[Redacted]');
  });

  it('apply to the lines of the application through createLogger', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    createLogger({ redact: { paths: ['user.mail'], censor: 'X' } }, destination).info({ user: { mail: 'ada' } });
    createLogger({ redact: { paths: ['user.mail'], remove: true } }, destination).info({ user: { mail: 'ada' } });
    expect(lines.map((line) => (JSON.parse(line) as { user: unknown }).user)).toEqual([{ mail: 'X' }, {}]);
  });

  it('apply to the lines of the application through a logger that the tracer makes', async () => {
    const program = `
      import { createTracer } from '@spanline/core';
      let calls = 0;
      const tracer = createTracer({
        redact: { paths: ['user.mail', 'labels.tenant', '["labels.tenant"]'], censor: () => 'censored ' + ++calls },
        statsIntervalSeconds: 0,
      });
      tracer.logger.info({ user: { mail: 'ada' } });
      tracer.startSpan({ name: 'step', labels: { tenant: 'acme' } }).end();
    `;
    const [line, span] = jsonLines((await runChild(program)).stdout);
    expect(line).toMatchObject({ user: { mail: 'censored 1' } });
    expect(span).toMatchObject({ 'span.name': 'step', 'labels.tenant': 'censored 2' });
  });
});
