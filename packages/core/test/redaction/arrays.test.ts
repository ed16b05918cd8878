import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

/** The JSON that the line of a span has as content, for an input. */
function written(input: unknown): string {
  const log = memoryLog();
  createTracer({ logger: log.logger, statsIntervalSeconds: 0 }).startSpan({ name: 'step', input }).end();
  return log.records()[0]?.['spanline.input'] ?? '';
}

/** The JSON of a value on an application line. */
function logged(value: unknown): string {
  const log = memoryLog();
  createTracer({ logger: log.logger, statsIntervalSeconds: 0 }).logger.info({ value }, 'x');
  return JSON.stringify(log.lines()[0]?.['value']);
}

const asText = (value: unknown): string => JSON.stringify(value);
/** All ways of a value into the log: as it is, and as JSON in a text. `given` is the JSON of an innocent one. */
const WAYS: readonly { name: string; show: (value: unknown) => string; given: (value: unknown) => string }[] = [
  { name: 'on a span', show: written, given: asText },
  { name: 'on a line', show: logged, given: asText },
  { name: 'as a text on a span', show: (value) => written(asText(value)), given: (value) => asText(asText(value)) },
  { name: 'as a text on a line', show: (value) => logged(asText(value)), given: (value) => asText(asText(value)) },
];
const WORD = 'olivegrove';
const MIXED = 'wolfram7Tide';

describe.each(WAYS)('$name', ({ show, given }) => {
  it.each<[unknown]>([
    [['docker', 'login', '-u', 'bob', '-p', MIXED]],
    [{ command: 'docker', args: ['login', '-u', 'bob', '-p', MIXED] }],
    [{ cmd: 'mysql', argv: ['-uroot', `-p${MIXED}`, 'db'] }],
    [['redis-cli', '-a', MIXED, 'ping']],
    [['curl', '-u', `bob:${MIXED}`, 'https://x.example']],
    [['/usr/bin/htpasswd', '-b', 'f', 'bob', MIXED]],
    [['rabbitmqctl', 'add_user', 'bob', MIXED]],
    [['tool', '--json', '{"a": "b", "c": "d"}', '--db-password', MIXED]],
    [['--password', WORD]],
    [[null, true, '--client-secret', WORD]],
    [['x', '-e', `DB_PASSWORD=${WORD}`]],
  ])('passwords among arguments are replaced: %j', (value) => {
    const json = show(value);
    expect(json).not.toMatch(/olivegrove|wolfram7Tide/);
    expect(json).toMatch(/\[(?:SECRET|CREDENTIAL)/);
  });

  it.each<[unknown]>([
    [['--password', '--user', 'bob']],
    [['--max-tokens', '4096', '--token-count', '12']],
    [['docker', 'run', '-p', '8080:80', 'nginx']],
    [['mkdir', '-p', 'build/deep']],
    [['npx', '-p', 'node@24', 'node']],
    [{ command: 'ssh', args: ['-p', '2222', 'host'] }],
    [{ required: ['user', 'password'] }],
    [
      [
        ['user', 'role'],
        ['bob', 'admin'],
      ],
    ],
    [{ columns: ['user', 'max_tokens'], rows: [['bob', 4096]] }],
    [
      {
        columns: ['token', 'count'],
        rows: [
          ['utf8mb4', 12],
          ['##ing', 3],
        ],
      },
    ],
    [
      [
        ['token', 'count'],
        ['the', 12],
        ['ing', 3],
      ],
    ],
    [[{ token: 'utf8mb4', count: 12 }]],
    [
      {
        columns: ['name', 'type'],
        rows: [
          ['password', 'string'],
          ['pin', 'text'],
        ],
      },
    ],
  ])('near misses stay: %j', (value) => expect(show(value)).toBe(given(value)));

  it.each<[unknown, RegExp]>([
    [
      {
        columns: ['user', 'password'],
        rows: [
          ['bob', WORD],
          ['ann', MIXED],
        ],
      },
      /olive|wolfram/,
    ],
    [{ rows: [['bob', WORD]], columns: ['user', 'password'] }, /olive/],
    [{ fields: [{ name: 'id' }, { name: 'password' }], rows: [['bob', WORD]] }, /olive/],
    [
      [
        ['user', 'password'],
        ['bob', WORD],
        ['ann', MIXED],
      ],
      /olive|wolfram/,
    ],
    [
      [
        ['name', 'email', 'api_key'],
        ['bob', 'b', MIXED],
      ],
      /wolfram/,
    ],
    [
      [
        ['ssn', 'name'],
        ['123456789', 'bob'],
      ],
      /123456789/,
    ],
    [
      [
        ['phone', 'name'],
        ['2025550143', 'bob'],
      ],
      /2025550143/,
    ],
    [{ password: [WORD, MIXED], user: ['bob', 'ann'] }, /olive|wolfram/],
    [{ user: { 0: 'bob' }, password: { 0: WORD } }, /olive/],
  ])('columns have names: %j', (value, secret) => {
    const json = show(value);
    expect(json).not.toMatch(secret);
    expect(json).toContain('bob');
    expect(json).toMatch(/\[(?:SECRET|SSN|PHONE)/);
  });
});

describe('names around an array', () => {
  it('name numbers as well', () => {
    const value = [
      ['name', 'pin'],
      ['bob', '4711'],
      ['ann', 4712],
    ];
    for (const json of [written(value), logged(value)]) expect(json).not.toContain('471');
  });

  it('are read from data alone, so that no getter and no proxy of the application runs for them', () => {
    const reads: string[] = [];
    const traps = new Proxy(
      { command: 'docker' },
      {
        getOwnPropertyDescriptor(target, key) {
          reads.push(`descriptor of ${String(key)}`);
          return Reflect.getOwnPropertyDescriptor(target, key);
        },
      },
    );
    const holder = {
      get command() {
        reads.push('command');
        return 'docker';
      },
      get columns(): string[] {
        throw new Error('no columns');
      },
      args: ['login', '--password', WORD],
      rows: [['bob', 'x']],
    };
    const json = written(holder);
    expect(json).not.toContain(WORD);
    expect(json).toContain('"rows":[["bob","x"]]');
    expect(reads).toEqual(['command']);
    written({ traps, args: ['login', '-v'] });
    expect(reads.filter((read) => read === 'descriptor of columns')).toEqual([]);
  });

  it('are those of the array itself: a list in a cell of a table is another one', () => {
    const value = { columns: ['user', 'password'], rows: [[{ tags: ['red', 'green'] }, WORD]] };
    expect(JSON.parse(written(value))).toEqual({
      columns: ['user', 'password'],
      rows: [[{ tags: ['red', 'green'] }, '[SECRET]']],
    });
  });
});
