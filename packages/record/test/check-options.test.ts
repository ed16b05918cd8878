import { describe, expect, it } from 'vitest';
import { checkOptions, option, type Shape, SpanlineError } from '../src/index.ts';

interface Tail {
  slowerThanMs?: number;
  errors?: boolean;
}

interface Options {
  name: string;
  mode?: 'fast' | 'safe';
  ratio?: number;
  tail?: Tail;
  names?: string[];
  rules?: Record<string, boolean>;
  capture?: boolean | (() => string);
  redact?: string[] | { paths: string[] };
}

const SHAPE: Shape<Options> = {
  name: option.required(option.string()),
  mode: option.oneOf(['fast', 'safe']),
  ratio: option.number({ min: 0, max: 1 }),
  tail: option.object<Tail>({ slowerThanMs: option.number({ min: 0 }), errors: option.boolean() }),
  names: option.list(option.string()),
  rules: option.dictionary(option.boolean()),
  capture: option.anyOf<boolean | (() => string)>(option.boolean(), option.callback()),
  redact: option.anyOf<string[] | { paths: string[] }>(
    option.list(option.string()),
    option.object<{ paths: string[] }>({ paths: option.required(option.list(option.string())) }),
  ),
};

function complaint(given: unknown): string {
  try {
    checkOptions(SHAPE, given);
  } catch (error) {
    expect(error).toBeInstanceOf(SpanlineError);
    expect((error as SpanlineError).code).toBe('ERR_INVALID_OPTION');
    return (error as SpanlineError).message.replace('ERR_INVALID_OPTION: ', '');
  }
  return 'accepted';
}

const named = (options: object): string => complaint({ name: 'x', ...options });

describe('checkOptions', () => {
  it.each([
    [{}],
    [{ mode: undefined, ratio: 0, names: [], rules: { a: true } }],
    [{ tail: { slowerThanMs: 5 } }],
    [{ capture: () => 'full' }],
    [{ redact: ['a.b'] }],
    [{ redact: { paths: ['a.b'] } }],
  ])('accepts %j', (options) => {
    expect(named(options)).toBe('accepted');
  });

  it('names an unknown option, the nearest known one and all that are known', () => {
    const known = 'expected one of name, mode, ratio, tail, names, rules, capture, redact';
    expect(named({ mod: 'fast' })).toBe(`unknown option "mod"; did you mean "mode"? (${known})`);
    expect(named({ RATIO: 1 })).toBe(`unknown option "RATIO"; did you mean "ratio"? (${known})`);
    expect(named({ zzzzzzzzzz: 1 })).toBe(`unknown option "zzzzzzzzzz" (${known})`);
  });

  it('names a value that cannot be read: a revoked proxy, a getter or a trap that throws', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const failing = (name: string): object =>
      Object.defineProperty({}, name, {
        enumerable: true,
        get() {
          throw new RangeError('no');
        },
      });
    expect(complaint(proxy)).toBe('options must be an object, got an object that cannot be read');
    expect(named({ tail: proxy })).toBe('tail must be an object, got an object that cannot be read');
    expect(named({ names: proxy })).toBe('names must be an array, got an object that cannot be read');
    expect(named({ capture: proxy })).toBe(
      'capture must be a boolean or a function, got an object that cannot be read',
    );
    expect(complaint(failing('mode'))).toBe('mode must be a value that can be read');
    expect(named({ tail: failing('errors') })).toBe('tail.errors must be a value that can be read');
    expect(named({ rules: failing('EMAIL') })).toBe('rules must be a value that can be read');
  });

  it('names nested options by their path', () => {
    expect(named({ tail: { slowerThan: 5 } })).toBe(
      'unknown option "tail.slowerThan"; did you mean "tail.slowerThanMs"? (expected one of slowerThanMs, errors)',
    );
    expect(named({ tail: { errors: 'yes' } })).toBe('tail.errors must be a boolean, got "yes"');
    expect(named({ names: ['a', 5] })).toBe('names[1] must be a non-empty string, got 5');
    expect(named({ rules: { EMAIL: 0 } })).toBe('rules.EMAIL must be a boolean, got 0');
    expect(named({ redact: { paths: [1] } })).toBe('redact.paths[0] must be a non-empty string, got 1');
    expect(named({ redact: {} })).toBe('redact.paths must be an array, got undefined');
  });

  it.each([
    [{ ratio: 5 }, 'ratio must be a number from 0 to 1, got 5'],
    [{ ratio: Number.NaN }, 'ratio must be a number from 0 to 1, got NaN'],
    [{ mode: 'slow' }, 'mode must be one of fast, safe, got "slow"'],
    [{ capture: 5 }, 'capture must be a boolean or a function, got 5'],
    [{ tail: [] }, 'tail must be an object, got an array of 0'],
    [{ tail: null }, 'tail must be an object, got null'],
    [{ __proto__: { mode: 'fast' }, constructor: 1 }, /^unknown option "constructor"/],
  ])('refuses %j', (options, sentence) => {
    expect(named(options)).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('asks for what is required, and for an object', () => {
    expect(complaint({})).toBe('name must be a non-empty string, got undefined');
    expect(complaint(5)).toBe('options must be an object, got 5');
    expect(complaint(null)).toBe('options must be an object, got null');
  });

  it('shows no secret', () => {
    const shape: Shape<{ apiKey?: number }> = { apiKey: option.number() };
    expect(() => checkOptions(shape, { apiKey: 'sk-123' })).toThrow(/got a string of 6 characters/);
    expect(() => checkOptions(shape, 'sk-123')).toThrow(/^ERR_INVALID_OPTION: options must be an object$/);
    const urls: Shape<{ hook: string }> = { hook: option.secret(option.like('a URL', () => false)) };
    expect(() => checkOptions(urls, { hook: 'x/key' })).toThrow(/^ERR_INVALID_OPTION: hook must be a URL$/);
  });

  it('limits the length of a list', () => {
    const shape: Shape<{ by?: number[] }> = { by: option.list(option.number(), 'an array of at most 2 numbers', 2) };
    checkOptions(shape, { by: [1, 2] });
    expect(() => checkOptions(shape, { by: [1, 2, 3] })).toThrow('by must be an array of at most 2 numbers');
  });

  it('throws with the code that it is given, whatever is wrong', () => {
    for (const given of [5, {}, { zzzzz: 1 }, { name: 5 }, { name: 'x', tail: { errors: 1 } }]) {
      expect(() => checkOptions(SHAPE, given, 'rules[0]', 'ERR_INVALID_RULE')).toThrow(/^ERR_INVALID_RULE: /);
    }
  });
});
