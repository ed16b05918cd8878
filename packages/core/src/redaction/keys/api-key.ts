import { lazy } from '@spanline/record';
import { type Hint, patternOf, RARE_LETTERS } from '../hints.ts';
import { matchAt, textBefore } from '../lines.ts';
import type { Range, Rule } from '../rule.ts';
import type { KeyFormat } from './key-format.ts';
import { vendorsAToG } from './vendors-a-g.ts';
import { vendorsHToZ } from './vendors-h-z.ts';

/** How vendors write their keys: more than a hundred of them. */
export const keyFormats = (): readonly KeyFormat[] => [...vendorsAToG(), ...vendorsHToZ()];

/** A key format, cut at the character that a text is searched for. */
interface CutFormat {
  readonly head: string;
  readonly trigger: string;
  /** The rest of the prefix. */
  readonly start: string;
  readonly body: string;
  /** True if the character to look for is not the last one of the prefix. */
  readonly isMarked: boolean;
}

function cut([, prefix, body]: KeyFormat): CutFormat {
  const mark = prefix.indexOf('^');
  if (mark < 0) {
    const size = prefix.at(-2) === '\\' ? 2 : 1;
    return { head: prefix.slice(0, -size), trigger: prefix.slice(-size), start: '', body, isMarked: false };
  }
  const size = prefix[mark + 1] === '\\' ? 2 : 1;
  const end = mark + 1 + size;
  const [head, trigger, start] = [prefix.slice(0, mark), prefix.slice(mark + 1, end), prefix.slice(end)];
  return { head, trigger, start, body, isMarked: true };
}

const FORMATS = lazy(() => keyFormats().map(cut));
const alternatives = (patterns: Iterable<string>): string => [...new Set(patterns)].join('|');
const behind = (formats: readonly CutFormat[]): string =>
  `(?<=(?<![A-Za-z0-9])(?:${alternatives(formats.map(({ head, trigger }) => head + trigger))}))`;
const classOf = (formats: readonly CutFormat[]): string =>
  [...new Set(formats.map(({ trigger }) => trigger))].join('').replaceAll('-', '\\-');

/**
 * Most prefixes end in a sign. What follows is long, which keeps hyphens and full stops of prose from being looked at.
 */
const SIGNED = lazy(() => FORMATS().filter(({ isMarked }) => !isMarked));
const LONG = '(?=[\\w/+=.~%-]{10})';

/** The rest has letters or digits that are rare where they stand. */
function letterHint({ head, trigger, start }: CutFormat): Hint {
  const kinds = [RARE_LETTERS, '\\d', 'pP', '\\-', '/'];
  const on = kinds.find((some) => some === trigger || new RegExp(`[${some}]`).test(trigger)) ?? trigger;
  return { on, then: `${start}(?<=(?<![A-Za-z0-9])${head}${trigger}${start})` };
}

const HINTS = lazy((): readonly Hint[] => [
  { on: classOf(SIGNED()), then: LONG + behind(SIGNED()) },
  ...FORMATS()
    .filter(({ isMarked }) => isMarked)
    .map(letterHint),
]);

/** Formats with the same rest share it. */
function keysOf(trigger: string): string {
  const byRest = new Map<string, CutFormat[]>();
  for (const format of FORMATS()) {
    if (format.trigger !== trigger) continue;
    const rest = format.start + format.body;
    const same = byRest.get(rest);
    if (same === undefined) byRest.set(rest, [format]);
    else same.push(format);
  }
  const keys = Array.from(byRest, ([rest, formats]) => behind(formats) + rest);
  return `${trigger}(?:${keys.join('|')})`;
}

const KEY = lazy(() => {
  const triggers = [...new Set(FORMATS().map(({ trigger }) => trigger))];
  return new RegExp(`(?:${triggers.map(keysOf).join('|')})(?![A-Za-z0-9])`, 'y');
});
const HEADS = lazy(() => new RegExp(`(?<![A-Za-z0-9])(?:${alternatives(FORMATS().map(({ head }) => head))})$`));
const TRIGGER = lazy(() => patternOf(HINTS(), 'g'));
const LONGEST_PREFIX = 80;
const LONGEST_WORD = 16;

/** Words and short numbers that are joined by hyphens or underscores: no key. */
function isWords(body: string): boolean {
  if (/[a-z][A-Z]|[A-Z][a-z]+[A-Z]/.test(body)) return false;
  return body.split(/[-_.]/).every((word) => /^v?\d{1,4}$|^\D*$/.test(word) && word.length < LONGEST_WORD);
}

function* keysIn(text: string): Generator<Range> {
  let end = 0;
  for (const { index } of text.matchAll(TRIGGER())) {
    if (index < end) continue;
    const key = matchAt(KEY(), text, index)?.[0].replace(/\.+$/, '');
    if (key === undefined || isWords(key.slice(1))) continue;
    const head = HEADS().exec(textBefore(text, index, LONGEST_PREFIX));
    end = index + key.length;
    yield { start: index - (head?.[0].length ?? 0), end };
  }
}

/** Keys whose form shows whose they are. */
export const API_KEY: Rule = { name: 'API_KEY', credential: true, hints: HINTS, find: keysIn };
