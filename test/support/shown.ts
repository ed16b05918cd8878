/** What a page shows a reader: a tree, and lines. They are those of a program that ran. */

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import { tree } from '@spanline/core/testing';

const ROOT = new URL('../../', import.meta.url);

type Line = Record<string, unknown>;

function blocks(page: string, language: string): string[] {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))].map((found) => found[1] ?? '');
}

/** Lines of a block: one with line breaks, or one each. Other JSON on a page has no name of a span. */
function linesOf(block: string): Line[] {
  const whole = block.includes('\n{') ? block.split('\n') : [block];
  return whole.map((line) => JSON.parse(line) as Line);
}

/** What differs in each run: durations, ids, and where the test's servers listen. */
const VARYING: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:trace_id|span_id|parent_span_id)$/, /^[\da-f]{16}(?:[\da-f]{16})?$/],
  [/^http\.request\.id$/, /^[\da-f]{8}-[\da-f-]{27}$/],
  [/_ms$/, /^\d+(?:\.\d+)?$/],
  [/^server\.(?:address|port)$/, /^[\w.-]+$/],
  [/^client\.address$/, /^[\w.:]+$/],
];

function comparable(key: string, value: unknown): unknown {
  if (value === undefined) return undefined;
  const form = VARYING.find(([keys]) => keys.test(key))?.[1];
  if (form !== undefined) return form.test(String(value)) ? `<${key}>` : value;
  return key === 'message' ? String(value).replace(/\d+(?:\.\d+)? (?:ms|s)\b/, '<time>') : value;
}

function comparableLine(line: Line, keys: readonly string[]): Line {
  return Object.fromEntries(keys.map((key) => [key, comparable(key, line[key])]));
}

/**
 * Expects that each page has the tree of these spans.
 *
 * @param pages - paths from the root of the repository
 */
export function expectTree(pages: readonly string[], lines: readonly SpanRecord[]): void {
  for (const page of pages)
    expect({ page, trees: blocks(page, 'text') }).toEqual({ page, trees: expect.arrayContaining([tree(lines)]) });
}

/**
 * Expects that each page shows a line of these, with every key that the page has of it. It may show others as well.
 *
 * @param pages - paths from the root of the repository
 */
export function expectLine(pages: readonly string[], lines: readonly SpanRecord[]): void {
  for (const page of pages) {
    const names = lines.map((line) => line['span.name']);
    const shown = blocks(page, 'json')
      .flatMap(linesOf)
      .filter((line) => names.includes(String(line['span.name'])));
    expect({ page, shown: shown.length > 0 }).toEqual({ page, shown: true });
    for (const line of shown) {
      const keys = Object.keys(line);
      const written = lines.map((record) => comparableLine(record as unknown as Line, keys));
      expect({ page, written }).toEqual({ page, written: expect.arrayContaining([comparableLine(line, keys)]) });
    }
  }
}
