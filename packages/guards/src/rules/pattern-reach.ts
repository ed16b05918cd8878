/** Measures a regular expression: how far a match reaches, and whether it may take time that grows without a limit. */
import { type AST, RegExpParser } from '@eslint-community/regexpp';

/** How far a pattern reaches, in characters. `Infinity` if there is no limit. */
export interface PatternReach {
  /** Longest match. */
  readonly length: number;
  /** Characters behind a match that it looks at. */
  readonly ahead: number;
  /** Characters before a match that it looks at. */
  readonly before: number;
  /** A repetition without a limit inside of another one: its time may grow exponentially. */
  readonly isUnsafe: boolean;
}

interface Measures {
  length: number;
  ahead: number;
  before: number;
  isUnsafe: boolean;
  /** It has a repetition without a limit. */
  isLoop: boolean;
}

const nothing = (): Measures => ({ length: 0, ahead: 0, before: 0, isUnsafe: false, isLoop: false });

function together(parts: readonly Measures[], lengthOf: (lengths: number[]) => number): Measures {
  return {
    length: lengthOf(parts.map(({ length }) => length)),
    ahead: Math.max(0, ...parts.map(({ ahead }) => ahead)),
    before: Math.max(0, ...parts.map(({ before }) => before)),
    isUnsafe: parts.some(({ isUnsafe }) => isUnsafe),
    isLoop: parts.some(({ isLoop }) => isLoop),
  };
}

const sum = (lengths: number[]): number => lengths.reduce((total, length) => total + length, 0);
const most = (lengths: number[]): number => Math.max(0, ...lengths);

/** A character of a pattern with the flag `u` may be two units. */
const MAX_UNITS = 2;
/** A sequence of the flag `v`, such as a flag or a family. */
const MAX_SEQUENCE = 32;

class Measurer {
  readonly #isMultiline: boolean;
  readonly #units: number;
  readonly #isSequences: boolean;

  constructor({ flags }: RegExp) {
    this.#isMultiline = flags.includes('m');
    this.#units = /[uv]/.test(flags) ? MAX_UNITS : 1;
    this.#isSequences = flags.includes('v');
  }

  any(alternatives: readonly AST.Alternative[]): Measures {
    return together(
      alternatives.map(({ elements }) =>
        together(
          elements.map((element) => this.#element(element)),
          sum,
        ),
      ),
      most,
    );
  }

  #element(element: AST.Element): Measures {
    switch (element.type) {
      case 'Character':
      case 'CharacterSet':
        return { ...nothing(), length: this.#units };
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        return { ...nothing(), length: this.#isSequences ? MAX_SEQUENCE : this.#units };
      case 'Group':
      case 'CapturingGroup':
        return this.any(element.alternatives);
      case 'Quantifier':
        return this.#repeated(element);
      case 'Assertion':
        return this.#assertion(element);
      default:
        return { ...nothing(), length: this.#referred(element) };
    }
  }

  #referred({ resolved }: AST.Backreference): number {
    const groups = Array.isArray(resolved) ? resolved : [resolved];
    return most(groups.map((group) => (isInside(group) ? Infinity : this.any(group.alternatives).length)));
  }

  #repeated({ element, max }: AST.Quantifier): Measures {
    const one = this.#element(element);
    const isLoop = max === Infinity;
    return {
      ...one,
      length: one.length === 0 || max === 0 ? 0 : one.length * max,
      isLoop: isLoop || one.isLoop,
      isUnsafe: one.isUnsafe || (one.isLoop && max > 1),
    };
  }

  #assertion(element: AST.Assertion): Measures {
    if (element.kind === 'word') return { ...nothing(), ahead: 1, before: 1 };
    if (element.kind === 'start' || element.kind === 'end') {
      const line = this.#isMultiline ? 1 : Infinity;
      return { ...nothing(), [element.kind === 'start' ? 'before' : 'ahead']: line };
    }
    const inner = this.any((element as AST.LookaroundAssertion).alternatives);
    const reach = inner.length + Math.max(inner.ahead, inner.before);
    const isAhead = element.kind === 'lookahead';
    return { ...inner, length: 0, ahead: isAhead ? reach : inner.ahead, before: isAhead ? inner.before : reach };
  }
}

/** A group that refers to itself matches nothing that could be measured. */
function isInside(group: AST.CapturingGroup): boolean {
  return group.references.some(({ start, end }) => start >= group.start && end <= group.end);
}

/** Measures a pattern. */
export function patternReach(pattern: RegExp): PatternReach {
  const { source, flags } = pattern;
  const unicode = flags.includes('u');
  const parsed = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode,
    unicodeSets: flags.includes('v'),
  });
  const { length, ahead, before, isUnsafe } = new Measurer(pattern).any(parsed.alternatives);
  return { length, ahead, before, isUnsafe };
}
