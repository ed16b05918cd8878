import { describe, expect, it } from 'vitest';
import {
  createTracer,
  lineRedaction,
  type LineRedactionOptions,
  parseLine,
  type ParsedLine,
  withContext,
} from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

const MAIL = 'ada@example.org';
const CARD = '4111 1111 1111 1111';

/** Lines of a call, a tool and the application, in full. */
function fullLines(profile: 'otel' | 'ecs' | 'datadog'): string[] {
  const log = memoryLog({ profile });
  const tracer = createTracer({ logger: log.logger, capture: 'full', statsIntervalSeconds: 0, redactLines: false });
  const call = withContext({ userId: MAIL }, () => tracer.startSpan({ name: 'chat', type: 'llm' }));
  call.set({ 'gen_ai.request.model': 'gpt-4o' });
  call.label('contact', MAIL);
  call.input([{ role: 'user', content: `I am\n${MAIL}, card ${CARD}` }]).output(`Hello "${MAIL}"`);
  const tool = tracer.startSpan({ name: 'lookup', type: 'tool', parent: call });
  tool.set({ 'gen_ai.tool.call.arguments': { customer: { name: 'Ada', pin: 1234 }, password: 'tr0ub4dor', limit: 3 } });
  tool.fail(new TypeError(`no customer ${MAIL}`)).end();
  tracer.run(call, () => tracer.logger.info({ found: { mail: MAIL, documents: 4 } }, `answered ${MAIL}`));
  call.end();
  return log.raw();
}

function redacted(lines: readonly string[], options?: LineRedactionOptions | readonly string[]): ParsedLine[] {
  const { createRedaction, options: given } = lineRedaction(options);
  const redact = createRedaction(structuredClone(given));
  return lines.map((line) => redact(parseLine(line) as ParsedLine));
}

const json = (value: unknown): string => JSON.stringify(value);

describe.each(['otel', 'ecs', 'datadog'] as const)('a line that was written in full, in the profile %s', (profile) => {
  it('loses personal data in content, attributes, labels, errors and lines of the application', () => {
    const lines = fullLines(profile);
    expect(json(lines)).toContain(MAIL);
    const [tool, log, call] = redacted(lines);
    expect(json([tool, log, call])).not.toMatch(/ada@|4111 1111|tr0ub4dor|pin\W{1,8}1234/);
    expect(call?.record['gen_ai.input.messages']).toContain(String.raw`I am\n[EMAIL_1], card [CARD_1]`);
    expect(call?.record['gen_ai.output.messages']).toContain(String.raw`Hello \"[EMAIL_1]\"`);
    expect(call?.record).toMatchObject({ 'user.id': '[EMAIL_1]', 'labels.contact': '[EMAIL_1]' });
    expect(tool?.record['error.message']).toBe('no customer [EMAIL_1]');
    expect(log).toMatchObject({ kind: 'log', record: { message: 'answered [EMAIL_1]' } });
    expect(log?.rest).toMatchObject({ 'found.mail': '[EMAIL_1]', 'found.documents': 4 });
  });

  it('keeps every other field, and says what was done', () => {
    const lines = fullLines(profile);
    const call = parseLine(lines.at(-1) as string) as ParsedLine;
    const [after] = redacted([lines.at(-1) as string]);
    expect(after?.record).toMatchObject({ 'spanline.capture.mode': 'redacted', 'spanline.redactions': 5 });
    expect(after?.record['spanline.redaction.rules']?.toSorted()).toEqual(['CARD', 'EMAIL']);
    const changed = [
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'labels.contact',
      'spanline.capture.mode',
      'spanline.redaction.rules',
      'spanline.redactions',
      'user.id',
    ];
    const others = ({ record }: ParsedLine): unknown =>
      Object.fromEntries(Object.entries(record).filter(([key]) => !changed.includes(key)));
    expect(others(after as ParsedLine)).toEqual(others(call));
    expect(Object.keys(others(call) as object).length).toBeGreaterThan(15);
  });

  it('takes the forms of the redact option of the tracer', () => {
    const lines = fullLines(profile);
    const find = (options: LineRedactionOptions | readonly string[]): string => json(redacted(lines, options));
    expect(find({ rules: { EMAIL: false } })).toContain(MAIL);
    expect(find({ custom: [{ name: 'GREETING', pattern: /Hello/ }] })).toContain('[GREETING_1]');
    const [tool, log, call] = redacted(lines, ['customer.name', 'labels.contact', 'found.documents']);
    expect(tool?.record['gen_ai.tool.call.arguments']).toContain('"name":"[Redacted]"');
    expect(tool?.record['gen_ai.tool.call.arguments']).toContain('"limit":3');
    expect(call?.record['labels.contact']).toBe('[Redacted]');
    expect(log?.rest['found.documents']).toBe('[Redacted]');
    const [, removed] = redacted(lines, { paths: ['found.documents'], remove: true });
    expect(removed?.rest).not.toHaveProperty('found.documents');
    const [, , hashed] = redacted(lines, { hash: ['user.id'], hashKey: 'k', protect: ['labels.contact'] });
    expect(hashed?.record['user.id']).toMatch(/^[0-9a-f]{32}$/);
    expect(hashed?.record['labels.contact']).toBe(MAIL);
    expect(hashed?.record['gen_ai.output.messages']).toMatch(/\[EMAIL:[0-9a-f]{4}\]/);
  });
});

describe('redaction of lines', () => {
  it('counts on where the tracer has redacted already, and changes nothing twice', () => {
    const lines = fullLines('otel');
    const { createRedaction, options } = lineRedaction();
    const redact = createRedaction(options);
    const once = redact(parseLine(lines.at(-1) as string) as ParsedLine);
    expect(createRedaction(options)(once)).toEqual(once);
  });

  it('leaves a line of another logger as it is, but for what it replaces', () => {
    const line =
      '{"time":1767600000000,"level":30,"vector":[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9],"id":12345678901234567890,' +
      `"__proto__":{"a":1},"picture":"${'QUJD'.repeat(200)}","who":["${MAIL}",{"${MAIL}":{"x":null}}],"db":{"password":"tr0ub4dor"}}`;
    const before = parseLine(line) as ParsedLine;
    const [after] = redacted([line]);
    const undo = (text: string): string => text.replaceAll('[EMAIL_1]', MAIL).replace('[SECRET]', 'tr0ub4dor');
    expect(json(after)).not.toMatch(/ada@|tr0ub4dor/);
    expect(undo(json(after))).toBe(json(before));
    expect(undo(json(redacted([line], ['nothing.here'])[0]))).toBe(json(before));
  });

  it.each<[option: string, options: unknown]>([
    ['redact.rules.EMAILS', { rules: { EMAILS: false } }],
    ['redact.asyncDetectors', { asyncDetectors: [] }],
    ['redact', 5],
    ['hashKey', { hash: ['user.id'] }],
  ])('refuses wrong options at once: %s', (option, options) => {
    expect(() => lineRedaction(options as LineRedactionOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', option }) as Error,
    );
  });
});
