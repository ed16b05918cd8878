/** Each row of the tables in docs/opentelemetry.md: an attribute, and the key of the line that it goes to. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { attributeRow } from '@spanline/record';
import { start } from './support/setup.ts';

const PAGE = readFileSync(new URL('../../../docs/opentelemetry.md', import.meta.url), 'utf8');
const [, TABLES = ''] = /<!-- spellings -->(.*)<!-- \/spellings -->/s.exec(PAGE) ?? [];

interface Row {
  readonly vocabulary: string;
  readonly attribute: string;
  readonly target: string;
}

const ROWS: readonly Row[] = TABLES.split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const [vocabulary = ''] = section.split('\n');
    return [...section.matchAll(/^\| (?<names>`.*) \| (?<target>[^|]+) \|$/gm)].flatMap(({ groups }) =>
      [...(groups?.['names'] ?? '').matchAll(/`(?<name>[^`]+)`/g)].map((match) => ({
        vocabulary,
        attribute: match.groups?.['name'] ?? '',
        target: (groups?.['target'] ?? '').replaceAll('`', '').replace(/ × .*$/, ''),
      })),
    );
  });

/** A secret, so that an attribute that goes nowhere is seen if it goes somewhere. */
const SAMPLE = 'sample-value';
const MESSAGES = JSON.stringify([{ role: 'user', content: SAMPLE }]);

function valueFor(target: string): string | number | boolean | string[] {
  const kind = attributeRow(target)?.kind ?? 'string';
  if (/messages|definitions|documents/.test(target)) return MESSAGES;
  if (/int|double|number/.test(String(kind))) return 7;
  if (String(kind) === 'boolean') return true;
  if (/\[\]|list|strings/.test(String(kind))) return [SAMPLE];
  return SAMPLE;
}

test('every row that names a key of the line is read so', () => {
  const missing: string[] = [];
  const named = ROWS.filter(({ target, attribute }) => attributeRow(target) !== undefined && !attribute.includes('*'));
  expect(named.length).toBeGreaterThan(120);
  for (const { vocabulary, attribute, target } of named) {
    const { otel, log } = start();
    const operation = target.startsWith('gen_ai.tool.call') ? 'execute_tool' : 'chat';
    const name = vocabulary.startsWith('Claude Code') ? 'claude_code.llm_request' : 'call';
    const attributes = { 'gen_ai.operation.name': operation, [attribute]: valueFor(target) };
    otel.startSpan(name, { attributes }).end();
    const [record] = log.records();
    // A cost that is reported is the cost of the line.
    const key = target === 'spanline.cost.reported_usd' ? 'spanline.cost.usd' : target;
    if (!Object.hasOwn(record ?? {}, key)) missing.push(`${attribute} → ${target}`);
  }
  expect(missing).toEqual([]);
});

test('no row that goes nowhere leaves its value on the line', () => {
  const left: string[] = [];
  for (const { vocabulary, attribute } of ROWS.filter(({ target }) => target === 'nothing')) {
    const { otel, log } = start();
    const name = vocabulary.startsWith('Claude Code') ? 'claude_code.llm_request' : 'call';
    otel.startSpan(name, { attributes: { [attribute.replace('*', 'x')]: SAMPLE } }).end();
    if (JSON.stringify(log.records()).includes(SAMPLE)) left.push(attribute);
  }
  expect(left).toEqual([]);
});

const CONTENT_PLACES: ReadonlySet<string> = new Set(['input', 'output', 'reasoning', 'tool calls']);

test('no row that goes to content leaves its value on a line without content', () => {
  const content = ROWS.filter(
    ({ target }) => CONTENT_PLACES.has(target) || attributeRow(target)?.privacy === 'content',
  );
  expect(content.length).toBeGreaterThan(60);
  const left: string[] = [];
  for (const { vocabulary, attribute } of content) {
    const { otel, log } = start({ capture: 'metadata' });
    const name = vocabulary.startsWith('Claude Code') ? 'claude_code.llm_request' : 'call';
    for (const given of [SAMPLE, MESSAGES, `{"content":"${SAMPLE}`, [SAMPLE]]) {
      const attributes = { 'gen_ai.operation.name': 'chat', [attribute.replace('*', '0.content')]: given };
      otel.startSpan(name, { attributes }).end();
    }
    expect(log.records()).toHaveLength(4);
    if (JSON.stringify(log.records()).includes(SAMPLE)) left.push(attribute);
  }
  expect(left).toEqual([]);
});
