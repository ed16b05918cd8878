/** Functions that set something up refuse what they cannot read, with the error of every wrong option. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SpanlineError } from '@spanline/core';
import { backtest, check, checkMetrics, createMonitor, learnBaselines } from '@spanline/monitor';
import { readExports } from '../../scripts/layers/exports.ts';
import { GIVEN, SET_UPS } from './support/set-ups.ts';

const PACKAGES = new URL('../../packages/', import.meta.url);
const UNKNOWN = 'unknwn';

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const trap = (): never => {
  throw new Error('trap');
};
const TRAPS = new Proxy(
  {},
  { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap },
);

/** Values that are options of nothing. */
const NO_OPTIONS: readonly unknown[] = [
  revoked({}),
  revoked([]),
  TRAPS,
  null,
  Number.NaN,
  -1,
  'x',
  '',
  true,
  Symbol('x'),
  1n,
  [null],
];
const throwing = {
  get url() {
    return trap();
  },
};
const HOSTILE: readonly unknown[] = [
  ...NO_OPTIONS,
  {},
  [],
  1e308,
  { [UNKNOWN]: 1 },
  [{ [UNKNOWN]: 1 }],
  trap,
  throwing,
];

type Outcome = SpanlineError | 'accepted';

/** Calls a function. Any other error than ours is thrown. */
async function outcome(call: (options: never) => unknown, options: unknown): Promise<Outcome> {
  try {
    await call(options as never);
    return 'accepted';
  } catch (error) {
    if (error instanceof Error && error.name === 'SpanlineError') return error as SpanlineError;
    throw error;
  }
}

/** The options that an error lists; `undefined` if it is about something else. */
function knownIn(error: Outcome): readonly string[] | undefined {
  if (error === 'accepted' || !error.message.includes('unknown option')) return undefined;
  return error.option?.endsWith(UNKNOWN) === true ? error.expected?.replace('one of ', '').split(', ') : undefined;
}

/** Whether an error is about an option, about one beside it that is missing, or about the unknown one behind it. */
function isAbout(error: Outcome, key: string): boolean {
  if (error === 'accepted') return false;
  return error.option?.includes(key) === true || error.got === 'undefined' || knownIn(error) !== undefined;
}

/** Options with one at a path. */
function optionsAt(given: object, path: readonly string[], value: unknown): object {
  const [key = '', ...inside] = path;
  return { ...given, [key]: inside.length === 0 ? value : optionsAt({}, inside, value) };
}

const RULES: Readonly<Record<string, (rules: never) => unknown>> = {
  backtest: (rules) => backtest(rules, ''),
  check: (rules) => check(rules, ''),
  checkMetrics: (rules) => checkMetrics({}, rules),
  createMonitor: (rules) => createMonitor({ rules }),
  learnBaselines: (rules) => learnBaselines({ rules, lines: '', file: 'memory.json' }),
};

it.each(Object.entries(RULES))('%s refuses a list of rules that cannot be read', async (_, call) => {
  const hiding = new Proxy([{ expect: 'p95 < 2s' }], {
    get: (list, key) => (key === '0' ? trap() : Reflect.get(list, key)),
  });
  for (const rules of [revoked([]), revoked({}), TRAPS, hiding, 7]) {
    expect(await outcome(call, rules)).toMatchObject({ code: expect.stringMatching(/^ERR_INVALID_/), option: 'rules' });
  }
});

/** Bad values of these become valid, counted lines, or an answer: they are called while the application works. */
const AT_RUN_TIME = ['findTrace', 'llmSpan', 'parseLine', 'rerankSpan', 'retrieverSpan', 'score', 'toolSpan'];
/** Works inside of a file of Vitest that describes an experiment. */
const IN_EXPERIMENTS = ['evaluate'];
/** Only our own packages and commands call these. */
const BETWEEN_PACKAGES = ['createHttpClient', 'createJsonClient', 'resolveRules'];
/** Writes what `definePrompt` has checked. */
const WRITERS = ['formatPromptFile'];

it('every public function that takes options is tried', () => {
  const names = (path: string): string[] => readExports(fileURLToPath(new URL(path, PACKAGES)));
  const takers = readdirSync(PACKAGES).flatMap((folder) => {
    const manifest = readFileSync(new URL(`${folder}/package.json`, PACKAGES), 'utf8');
    const { exports } = JSON.parse(manifest) as { exports: Record<string, { '@spanline/source'?: string }> };
    const entries = Object.entries(exports).filter(([entry]) => entry !== './internal');
    const exported = new Set(
      entries.flatMap(([, { '@spanline/source': source }]) => (source ? names(`${folder}/${source}`) : [])),
    );
    return readdirSync(new URL(`${folder}/src`, PACKAGES), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [
        ...readFileSync(new URL(`${folder}/src/${path}`, PACKAGES), 'utf8').matchAll(
          /^export (?:async )?function\*? (?<name>\w+)[^(]*\((?<parameters>[\s\S]*?)\)(?:;|: .*;| \{|: .* \{)$/gm,
        ),
      ])
      .filter(({ groups }) => /Options\b/.test(groups?.['parameters'] ?? ''))
      .flatMap(({ groups }) => groups?.['name'] ?? [])
      .filter((name) => exported.has(name));
  });
  const tried = Object.keys(SET_UPS).map((name) => name.split(/[ ,]/)[1] ?? '');
  expect(takers.length).toBeGreaterThan(40);
  expect([...new Set(takers)].filter((name) => !tried.includes(name)).toSorted()).toEqual(
    [...AT_RUN_TIME, ...IN_EXPERIMENTS, ...BETWEEN_PACKAGES, ...WRITERS].toSorted(),
  );
});

describe.each(Object.entries(SET_UPS))('%s', (name, call) => {
  const given = GIVEN[name] ?? {};

  it('refuses options that are none, or cannot be read', async () => {
    for (const value of NO_OPTIONS) {
      const refused = await outcome(call, value);
      expect(refused, String(typeof value)).toBeInstanceOf(SpanlineError);
      expect((refused as SpanlineError).code).toMatch(/^ERR_INVALID_(?:OPTION|ARGUMENT|RULE)$/);
    }
  });

  /** Asks for the options of a path, and tries each with every hostile value. An option that is unknown follows. */
  async function checkAt(path: readonly string[]): Promise<void> {
    const known = knownIn(await outcome(call, optionsAt(given, [...path, UNKNOWN], 1)));
    if (path.length === 0) expect(known, 'an unknown option is named').toBeDefined();
    for (const key of known ?? []) {
      const typo = await outcome(call, optionsAt(given, [...path, `${key}${key.at(-1)}`], 1));
      expect(typo, `${key}: a typo`).toMatchObject({ suggestion: expect.any(String) });
      for (const value of HOSTILE) {
        const error = await outcome(call, { ...optionsAt(given, [...path, key], value), [UNKNOWN]: 1 });
        expect(isAbout(error, key), `${[...path, key].join('.')}: ${String(error)}`).toBe(true);
      }
      await checkAt([...path, key]);
    }
  }

  it('checks each option, and names one that it does not know', () => checkAt([]));
});
