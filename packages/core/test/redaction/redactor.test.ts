import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/effort.ts';
import { createRedactor, type PlaceholderHolder } from '../../src/redaction/index.ts';

const redactor = createRedactor({ rules: { PASSPORT: true } }, undefined);
const standard = createRedactor({}, undefined);

const newHolder = (): PlaceholderHolder => ({ placeholders: undefined });

function redact(text: string, using = standard, name?: string): string {
  return using.redact(text, name, using.startLine(newHolder()));
}

describe('what is replaced', () => {
  it.each([
    ['write to jane.doe+x@mail.example.co.uk, please', 'write to [EMAIL_1], please'],
    ['müller@bücher.de', '[EMAIL_1]'],
    ['call +49 (151) 2345-6789 now', 'call [PHONE_1] now'],
    ['or (415) 555-2671', 'or [PHONE_1]'],
    ['card 4111 1111 1111 1111.', 'card [CARD_1].'],
    ['card 378282246310005', 'card [CARD_1]'],
    ['IBAN DE89 3704 0044 0532 0130 00', 'IBAN [IBAN_1]'],
    ['SSN 078-05-1120', 'SSN [SSN_1]'],
    ['from 203.0.113.9:443', 'from [IPV4_1]:443'],
    ['from 2001:db8::ff00:42:8329 today', 'from [IPV6_1] today'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r', '[JWT_1]'],
    ['Authorization: Bearer abcdef0123456789', 'Authorization: Bearer [CREDENTIAL_1]'],
    ['basic dXNlcjpwYXNzd29yZA==', 'basic [CREDENTIAL_1]'],
    ['key sk-proj-abcDEF1234567890abcd', 'key [API_KEY_1]'],
    ['sk-ant-api03-abcDEF1234567890abcd', '[API_KEY_1]'],
    ['AIzaSyA1234567890abcdefghijklmnopqrstuv', '[API_KEY_1]'],
    ['AKIAIOSFODNN7EXAMPLE', '[API_KEY_1]'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[API_KEY_1]'],
    ['xoxb-123456789012-abcdefghij', '[API_KEY_1]'],
    ['sk_live_abcdefghijklmnop', '[API_KEY_1]'],
    ['hf_abcdefghijklmnopqrstuvwxyz', '[API_KEY_1]'],
    ['postgres://app:s3cr3t@db:5432/x', 'postgres://app:[CONNECTION_STRING_1]@db:5432/x'],
    ['redis://:p4ss@cache', 'redis://:[CONNECTION_STRING_1]@cache'],
    ['password=Xk29fj39fjKs', 'password=[SECRET_1]'],
    ['{"api_key": "q8w7e6r5t4y3u2"}', '{"api_key": "[SECRET_1]"}'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end', '[PRIVATE_KEY_1] end'],
    ['call(api_key=Xk29fj39fjKs), then', 'call(api_key=[SECRET_1]), then'],
    ['/ask?mail=jane%40example.org&n=1', '/ask?mail=[EMAIL_1]&n=1'],
    [
      String.raw`400 {"message":"line\nAKIACL7671HL3PUWT62T\u000aline"}`,
      String.raw`400 {"message":"line\n[API_KEY_1]\u000aline"}`,
    ],
    [
      String.raw`{"body":"{\"m\":\"line\\nAKIACL7671HL3PUWT62T\"}"}`,
      String.raw`{"body":"{\"m\":\"line\\n[API_KEY_1]\"}"}`,
    ],
    [String.raw`C:\new\table and \ud83d\u0041`, String.raw`C:\new\table and \ud83d\u0041`],
    ['/files/%20ghp_abcdefghijklmnopqrstuvwxyz0123456789', '/files/%20[API_KEY_1]'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('a passport number only when asked for', () => {
    expect(redact('passport C01X00T47 and AB1234567')).toContain('AB1234567');
    expect(redact('passport AB1234567', redactor)).toBe('passport [PASSPORT_1]');
  });
});

describe('what stays', () => {
  it.each([
    '550e8400-e29b-41d4-a716-446655440000',
    '4bf92f3577b34da6a3ce929d0e0e4736',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '2026-11-23T09:12:35.958Z',
    '2026-11-23 09:12:35',
    '1764000000000',
    '1764000000000000000',
    '$1,299.00 or 1.299,00 €',
    'v1.2.3.4 and pino@10.4.0',
    '127.0.0.1:3000 and 0.0.0.0',
    'std::string a::b 12:30:45',
    '@scope/package and @decorator',
    'user@localhost',
    'https://example.com:8080/a@b',
    'password: the user types it here',
    'token = process.env.API_TOKEN',
    'apiKey: "your-api-key-here"',
    'max_tokens: 4096',
    'basic authentication-middleware',
    '1234 5678 9012 3456',
    'call 911 or 12345678',
    '/a%20b?q=100%25',
    'task-sk-learn and risk-adjusted-returns-model',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('at least 99.9 % of the words of real manuals and sources', () => {
    const require = createRequire(import.meta.url);
    const corpora = [
      join(dirname(require.resolve('pino')), 'docs'),
      dirname(require.resolve('fast-check/package.json')),
      dirname(require.resolve('ajv/package.json')),
      join(import.meta.dirname, '../../../../docs'),
      join(import.meta.dirname, '../../src/trace'),
      join(import.meta.dirname, '../../../record/src/profiles'),
    ];
    const files = corpora.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
    let words = 0;
    let lost = 0;
    for (const file of files.filter((name) => /\.(?:md|ts)$/.test(name))) {
      const text = readFileSync(file, 'utf8');
      const tokens = text.split(/\s+/);
      words += tokens.length;
      const after = new Set(redact(text).split(/\s+/));
      lost += tokens.filter((token) => !after.has(token)).length;
    }
    expect(words).toBeGreaterThan(25_000);
    expect(lost / words).toBeLessThanOrEqual(0.001);
  });
});

describe('replacements', () => {
  it('number the same value alike on all lines of a local root', () => {
    const holder = newHolder();
    const first = standard.startLine(holder);
    const second = standard.startLine(holder);
    expect(standard.redact('a@x.org b@x.org a@x.org', undefined, first)).toBe('[EMAIL_1] [EMAIL_2] [EMAIL_1]');
    expect(standard.redact('b@x.org', undefined, second)).toBe('[EMAIL_2]');
    expect(first).toMatchObject({ count: 3, byRule: { EMAIL: 3 } });
    expect(second).toMatchObject({ count: 1, byRule: { EMAIL: 1 } });
  });

  it('stop counting after a thousand values', () => {
    const many = Array.from({ length: 1001 }, (_, index) => `u${index}@x.org`).join(' ');
    expect(redact(many)).toContain('[EMAIL_1000] [EMAIL]');
  });

  it('are keyed with a hash key, and the same in every trace', () => {
    const keyed = createRedactor({}, 'k1');
    expect(redact('a@x.org', keyed)).toMatch(/^\[EMAIL:[0-9a-f]{4}\]$/);
    expect(redact('a@x.org', keyed)).toBe(redact('a@x.org', keyed));
    expect(redact('a@x.org', keyed)).not.toBe(redact('a@x.org', createRedactor({}, 'k2')));
  });

  it('cover values under the name of a secret, whatever they look like', () => {
    const run = (name: string): string => redact('hunter2', standard, name);
    for (const name of [
      'password',
      'DB_PASSWORD',
      'x-api-key',
      'Authorization',
      'client_secret',
      'accessToken',
      'cookie',
    ]) {
      expect(run(name)).toBe('[SECRET]');
    }
    for (const name of ['tokens', 'author', 'passport', 'key', 'monkey']) expect(run(name)).toBe('hunter2');
  });
});

describe('own rules and detectors', () => {
  it('run after the built-in ones', () => {
    const own = createRedactor({ custom: [{ name: 'TICKET', pattern: /TCK-\d+/, prefilter: ['tck-'] }] }, undefined);
    expect(redact('TCK-1 and TCK-2', own)).toBe('[TICKET_1] and [TICKET_2]');
  });

  it('take the text with them when they fail', () => {
    const failing = createRedactor(
      {
        detectors: [
          () => {
            throw new Error('model not loaded');
          },
        ],
      },
      undefined,
    );
    expect(redact('Jane', failing)).toBe('[DETECTOR_FAILED]');
  });

  it('mark what detectors find', () => {
    const names = createRedactor(
      { detectors: [(text) => [{ start: text.indexOf('Jane'), end: text.indexOf('Jane') + 4, name: 'NAME' }]] },
      undefined,
    );
    expect(redact('Dear Jane!', names)).toBe('Dear [NAME_1]!');
  });

  it('can be switched off', () => {
    expect(redact('a@x.org', createRedactor({ rules: { EMAIL: false } }, undefined))).toBe('a@x.org');
  });
});

describe('hostile text', () => {
  it('is read in linear time', () => {
    const hostile = [
      'a@',
      'eyJ-',
      '+1 ',
      '1 ',
      'a.',
      '-----BEGIN PRIVATE KEY-----',
      'password=',
      'x://a:',
      '1.',
      'a:',
      'Bearer ',
    ];
    for (const piece of hostile) {
      const text = piece.repeat(runs(100_000, 300_000) / piece.length);
      expect(redact(text).length).toBeGreaterThan(0);
    }
    const pieces = fc.array(fc.constantFrom(...hostile, 'x', '9', '-', '@', '.', ' '), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pieces, (parts) => redact(parts.join('').repeat(2000)).length > 0),
      { numRuns: runs(5, 200) },
    );
  });

  it('never makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => typeof redact(text) === 'string'));
  });
});
