import { describe, expect, it } from 'vitest';
import { formatCost, formatCount, formatDuration } from '../src/format.ts';
import { displayWidth, fitWidth, printable } from '../src/printable.ts';
import { describeTerminal } from '../src/terminal.ts';

describe('text on a terminal', () => {
  it.each([
    ['plain', 5],
    ['ünï', 3],
    ['e\u0301', 1],
    ['検索', 4],
    ['한국어', 6],
    ['ｆｕｌｌ', 8],
    ['🔎', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['1️⃣', 2],
    ['✓ ━╸ … →', 8],
    ['สวัสดี', 4],
  ])('%s takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('has the same width beside wide characters, which are measured one by one', () => {
    const differing = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).filter(
      (text) => printable(text, 1) === text && displayWidth(text) !== displayWidth(`検${text}`) - 2,
    );
    // These join what stands before them.
    expect(differing.filter((text) => !/^[\p{M}\p{Cf}]$/u.test(text))).toEqual([]);
  });

  it('is cut between characters, never within one', () => {
    expect(fitWidth('abcdef', 6, '…')).toBe('abcdef');
    expect(fitWidth('abcdef', 4, '…')).toBe('abc…');
    expect(fitWidth('検索ツール', 4, '…')).toBe('検…');
    expect(fitWidth('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, '…')).toBe('👩‍👩‍👧‍👦…');
    expect(fitWidth('abcdef', 2, '...')).toBe('');
  });

  it('loses whole escape sequences and keeps what joins letters', () => {
    expect(printable('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007', 100)).toBe('red link');
    expect(printable('a\r\n\tb', 100)).toBe('a b');
    expect(printable('می\u200cخواهم', 100)).toBe('می\u200cخواهم');
    expect(printable({ toString: () => 'x' }, 100)).toBe('');
  });
});

describe('numbers', () => {
  it.each([
    [0, '0.0 ms'],
    [9.949, '9.9 ms'],
    [9.96, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [9994, '9.99 s'],
    [9996, '10.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1m 00s'],
    [125_000, '2m 05s'],
    [3_599_900, '1h 00m'],
    [1e12, '>999h'],
    [Number.NaN, '?'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(text.length).toBeLessThanOrEqual(7);
  });

  it('are short', () => {
    expect([0, 9999, 10_000, 12_345, 999_960, 4_560_000, 1e308, Infinity].map(formatCount)).toEqual([
      '0',
      '9999',
      '10k',
      '12.3k',
      '1M',
      '4.56M',
      '1e308',
      '∞',
    ]);
    expect([0, 1e-12, 0.0142, 0.0003252, 0.00000012, 1.5, 1234.567].map(formatCost)).toEqual([
      '$0',
      '<$0.0000000001',
      '$0.0142',
      '$0.000325',
      '$0.00000012',
      '$1.50',
      '$1234.57',
    ]);
  });
});

describe('the terminal', () => {
  const color = (env: Record<string, string>, isTTY = true): boolean => describeTerminal({ isTTY }, {}, env).color;
  const unicode = (env: Record<string, string>, platform = 'linux'): boolean =>
    describeTerminal({}, {}, env, platform).unicode;

  it('has colours when it is one', () => {
    expect(color({ TERM: 'xterm' })).toBe(true);
    expect(color({ TERM: 'xterm' }, false)).toBe(false);
    expect(color({ TERM: 'dumb' })).toBe(false);
    expect(color({ NO_COLOR: '1' })).toBe(false);
    expect(color({ NO_COLOR: '' })).toBe(true);
    expect(color({ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, false)).toBe(true);
    expect(color({ FORCE_COLOR: '0' })).toBe(false);
    expect(describeTerminal({ isTTY: true }, { color: false }, { FORCE_COLOR: '1' }).color).toBe(false);
  });

  it('shows Unicode unless its locale says otherwise', () => {
    expect(unicode({})).toBe(true);
    expect(unicode({ TERM: 'linux' })).toBe(false);
    expect(unicode({ LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(unicode({ LANG: 'C.utf8' })).toBe(true);
    expect(unicode({ LANG: 'C' })).toBe(false);
    expect(unicode({ LANG: 'en_US.UTF-8', LC_ALL: 'de_DE.ISO-8859-1' })).toBe(false);
    expect(unicode({}, 'win32')).toBe(false);
    expect(unicode({ WT_SESSION: 'x' }, 'win32')).toBe(true);
  });

  it('has a width within bounds, 80 when it has none', () => {
    const width = (columns?: number, wanted?: number): number =>
      describeTerminal(columns === undefined ? {} : { columns }, wanted === undefined ? {} : { width: wanted }).width;
    expect([width(), width(120), width(120, 60), width(0), width(3), width(1e9), width(Number.NaN)]).toEqual([
      80, 120, 60, 80, 20, 400, 80,
    ]);
  });
});
