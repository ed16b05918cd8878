/**
 * Time that is linear in the length of a text, shown without a clock: by the patterns that read it, and by how often
 * they do.
 */
import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import type { AST } from '@eslint-community/regexpp';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/index.ts';
import { PIECES } from './hostile-pieces.ts';

const redactor = createRedactor({ rules: { PASSPORT: true } }, undefined);
const redact = (text: string): string =>
  redactor.redact(text, undefined, redactor.startLine({ placeholders: undefined }));

/** The end of a text, as one of several alternatives. */
function mayBeEnd(element: AST.Element): boolean {
  return (
    element.type === 'Group' &&
    element.alternatives.some(({ elements: [only] }) => only?.type === 'Assertion' && only.kind === 'end')
  );
}

const ANYTHING = /^(?:\[\\s\\S\]|\[\^\])/;

/**
 * True if what follows a repetition in its pattern may fail, so that the repetition is tried again from elsewhere. A
 * repetition of any characters that may go on to the end of the text does not fail.
 */
function mayFailBehind(node: AST.Node): boolean {
  const { parent } = node;
  if (parent === null || parent.type === 'Pattern') return false;
  if (parent.type !== 'Alternative') return mayFailBehind(parent);
  const [next] = parent.elements.slice(parent.elements.indexOf(node as AST.Element) + 1);
  if (next === undefined) return mayFailBehind(parent);
  return !(ANYTHING.test(node.raw) && mayBeEnd(next)) || mayFailBehind(next);
}

/** A pattern that begins at the beginning of a text is tried once. */
function isAnchored({ alternatives }: AST.Pattern): boolean {
  return alternatives.every(({ elements: [first] }) => first?.type === 'Assertion' && first.kind === 'start');
}

/**
 * The repetitions of a pattern that have no bound, and that a text may make it try from each of its places. A sticky
 * pattern is tried from many places, whatever it ends in.
 */
function unboundedIn({ source, flags }: RegExp): string[] {
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, { unicode: flags.includes('u') });
  const found: string[] = [];
  if (isAnchored(pattern)) return found;
  visitRegExpAST(pattern, {
    onQuantifierEnter(quantifier) {
      if (quantifier.max !== Number.POSITIVE_INFINITY) return;
      if (flags.includes('y') || mayFailBehind(quantifier)) found.push(quantifier.raw);
    },
  });
  return found;
}

/** Shorter slices of a text are read in constant time. */
const MAX_SLICE = 1024;

/** The patterns that read a text, with the number of times that each of them does. */
function patternsReading(text: string): Map<string, { pattern: RegExp; calls: number }> {
  const read = new Map<string, { pattern: RegExp; calls: number }>();
  const { prototype } = RegExp;
  const { exec } = prototype;
  prototype.exec = function (this: RegExp, given: string) {
    const key = String(this);
    const entry = read.get(key) ?? { pattern: this, calls: 0 };
    entry.calls++;
    if (given.length > MAX_SLICE) read.set(key, entry);
    return Reflect.apply(exec, this, [given]) as RegExpExecArray | null;
  };
  try {
    redact(text);
  } finally {
    prototype.exec = exec;
  }
  return read;
}

const SHORT = 6000;
const TIMES = 4;

describe('a repetition without a bound', () => {
  it.each([/a+b/g, /(?:\s+x)+y/g, /[ \t]*(?:;|$)/g, /[^]*(?:;|$)x/g, /(?<=:\s*)\d/g, /x(?=\w*!)/g, /\S*/y, /<[^>]*>/g])(
    'is found where it is tried from each place: %s',
    (pattern) => expect(unboundedIn(pattern)).not.toEqual([]),
  );

  it.each([/\d+/g, /a{1,64}b/g, /^\s*x+y/, /BEGIN[\s\S]*?(?:END|$)/g, /(?:%\d\d)+|&/g, /x{0,9}/y])(
    'is none that is tried once: %s',
    (pattern) => expect(unboundedIn(pattern)).toEqual([]),
  );
});

describe('hostile text', () => {
  it.each(PIECES)('%j is read by patterns without such repetitions, and in steps that grow as it does', (piece) => {
    const short = patternsReading(piece.repeat(Math.ceil(SHORT / piece.length)));
    const long = patternsReading(piece.repeat(Math.ceil((SHORT * TIMES) / piece.length)));
    expect(long.size).toBeGreaterThan(0);
    for (const [key, { pattern, calls }] of long) {
      expect(unboundedIn(pattern), key).toEqual([]);
      expect(calls, key).toBeLessThanOrEqual(((short.get(key)?.calls ?? 0) + 50) * TIMES * 1.1);
    }
  });
});
