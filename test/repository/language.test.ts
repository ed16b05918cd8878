import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const WIDTH = 120;

interface Comment {
  readonly at: string;
  readonly text: string;
}

/** The lines of every comment in the packages' sources, without their marks. */
const comments: Comment[] = readdirSync(join(ROOT, 'packages')).flatMap((name) => {
  const folder = join(ROOT, 'packages', name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(folder, path), 'utf8');
      return parseSync(path, text).comments.map(({ start, value }) => ({
        at: `packages/${name}/src/${path}:${text.slice(0, start).split('\n').length}`,
        text: value.replaceAll(/^\s*\*+ ?/gm, '').trim(),
      }));
    });
});

const longLines = readdirSync(join(ROOT, 'packages')).flatMap((name) => {
  const folder = join(ROOT, 'packages', name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      readFileSync(join(folder, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          line.length > WIDTH && /^\s*(?:\/\*|\*|\/\/)/.test(line) ? [`packages/${name}/src/${path}:${index + 1}`] : [],
        ),
    );
});

const found = (pattern: RegExp): string[] =>
  comments.filter(({ text }) => pattern.test(text)).map(({ at, text }) => `${at} ${text.slice(0, 80)}`);

describe('comments', () => {
  it(`wrap at ${WIDTH} columns`, () => {
    expect(longLines).toEqual([]);
  });

  it('do not hide their subject in a clause', () => {
    expect(found(/^(?:What|Which|That which|So long|So many|So much|Whose) /)).toEqual([]);
  });

  it('use the usual word', () => {
    expect(
      found(
        /\b(?:is|are|was|were) told\b|\bunsaid\b|\bsays nothing\b|\bis said\b|\btells\b|\bstands (?:in|on|at|there)\b/,
      ),
    ).toEqual([]);
  });
});
