import { ALPHANUMERIC, type Random } from './random.ts';

const ALL = Array.from({ length: 95 }, (_, index) => String.fromCharCode(index + 32));

/**
 * A text that a pattern matches, for the patterns of key formats: literals, classes, groups of alternatives, counts. A
 * class that is the whole alphabet gives letters and digits only.
 */
export function fromPattern(pattern: string, random: Random): string {
  let rest = pattern;
  let result = '';
  while (rest !== '') {
    const [atom, kind] = readAtom(rest);
    rest = rest.slice(atom.length);
    const count = /^(?:\{(\d+)(?:,(\d+))?\}|\?)/.exec(rest);
    rest = rest.slice(count?.[0].length ?? 0);
    const [min, max] =
      count === null ? [1, 1] : count[0] === '?' ? [0, 1] : [Number(count[1]), Number(count[2] ?? count[1])];
    // Long keys are rare: what is above the minimum is short.
    const times = random.integer(min, Math.min(max, min + 12));
    for (let time = 0; time < times; time++) result += fromAtom(atom, kind, random);
  }
  return result;
}

function readAtom(pattern: string): [atom: string, kind: 'group' | 'class' | 'literal'] {
  if (pattern.startsWith('(')) {
    let depth = 0;
    for (let index = 0; index < pattern.length; index++) {
      if (pattern[index] === '(') depth++;
      if (pattern[index] === ')' && --depth === 0) return [pattern.slice(0, index + 1), 'group'];
    }
  }
  const match = /^(?:\[(?:\\.|[^\]])*\]|\\[wd])/.exec(pattern);
  if (match !== null) return [match[0], 'class'];
  return [pattern.startsWith('\\') ? pattern.slice(0, 2) : pattern.charAt(0), 'literal'];
}

function alternativesOf(group: string): string[] {
  const result = [''];
  let depth = 0;
  for (const character of group) {
    if (character === '|' && depth === 0) result.push('');
    else result[result.length - 1] += character;
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
  }
  return result;
}

function fromAtom(atom: string, kind: string, random: Random): string {
  if (kind === 'group')
    return fromPattern(random.pick(alternativesOf(atom.replace(/^\((?:\?:)?/, '').slice(0, -1))), random);
  if (kind === 'literal') return atom.replace('\\', '');
  const matcher = new RegExp(`^${atom}$`);
  const common = ALPHANUMERIC.split('').filter((character) => matcher.test(character));
  const others = ALL.filter((character) => matcher.test(character) && !common.includes(character));
  return others.length > 0 && (common.length === 0 || random.next() < 0.04) ? random.pick(others) : random.pick(common);
}
