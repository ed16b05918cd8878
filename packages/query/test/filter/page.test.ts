import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { columnOf, FIELD_NAMES, parseFilter, resolveField } from '@spanline/query';

const page = readFileSync(new URL('../../../../docs/query.md', import.meta.url), 'utf8');

/** Code spans of a cell. */
const codes = (cell: string): string[] =>
  Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code.replaceAll('\\|', '|'));

/** Rows of the table behind a heading, as cells. */
function rows(heading: string): string[][] {
  const section = page.slice(page.indexOf(`\n${heading}\n`)).split(/\n#+ /)[1] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => line.split(/(?<!\\)\|/).slice(1, -1));
}

describe('the page of the grammar', () => {
  it.each(rows('## Filters').map(([filter = '']) => codes(filter)[0] ?? ''))(
    'shows a filter that is read: %s',
    (filter) => {
      expect(parseFilter(filter)).toMatchObject({
        kind: /^(?:-|!|NOT )\w+:/.test(filter) ? 'not' : (expect.any(String) as string),
      });
    },
  );

  it.each(rows('### Names').map(([names = '', keys = '']) => [codes(names), codes(keys)] as const))(
    'says what %j stand for',
    (names, keys) => {
      const resolved = names.flatMap((name) => resolveField(name)?.columns.map(({ key }) => key) ?? [name]);
      if (keys.length > 0) expect(resolved).toEqual(keys);
      else expect(names.map(resolveField)).not.toContain(undefined);
    },
  );

  it('names every short name', () => {
    const named = new Set(rows('### Names').flatMap(([names = '']) => codes(names)));
    const short = FIELD_NAMES.slice(
      0,
      FIELD_NAMES.findIndex((name) => columnOf(name) !== undefined),
    );
    expect(short.filter((name) => !named.has(name))).toEqual([]);
    expect(short).toContain('model');
  });

  it('shows the error as it is', () => {
    const shown = /```text\n(ERR_[^]+?)\n```/.exec(page)?.[1] ?? '';
    expect(() => parseFilter(shown.split('\n')[1]?.trim() ?? '')).toThrow(shown);
  });
});
