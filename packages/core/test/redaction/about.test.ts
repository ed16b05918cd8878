import { describe, expect, it } from 'vitest';
import { createTracer } from '../../src/index.ts';
import { createRedactor } from '../../src/redaction/index.ts';
import { memoryLog } from '../../src/testing.ts';

const redactor = createRedactor({}, undefined);
const redact = (text: string): string =>
  redactor.redact(text, undefined, redactor.startLine({ placeholders: undefined }));

/** A value as the content of a span and as a field of a line of the application. */
function written(value: unknown): readonly unknown[] {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  tracer.startSpan({ name: 'step', input: value }).end();
  tracer.logger.info({ value }, 'x');
  const [span, line] = log.lines();
  return [JSON.parse(String(span?.['spanline.input'])), line?.['value']];
}

const KEY = 'X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJoVH';

describe('a text about a secret, under the name of one, stays', () => {
  it.each([
    { password: 'Passwort', confirmPassword: 'Confirm password:', token: 'Mot de passe oublié ?' },
    { errors: { password: 'Password is required', apiKey: 'API key' } },
    { forgotPassword: 'link', resetPassword: '/auth/reset', showPassword: 'Anzeigen', hasToken: 'yes' },
    { credentials: 'include', auth: 'oauth2', secrets: 'inherit', password_hash: 'bcrypt' },
    { password: 'string', token: 'string' },
    { authorization: 'Bearer token' },
    { content: [{ token: ' the', logprob: -0.3, top_logprobs: [{ token: '{', logprob: -2 }] }] },
  ])('%j', (value) => {
    expect(written(value)).toEqual([value, value]);
    const json = JSON.stringify(value);
    expect(redact(json)).toBe(json);
  });

  it.each([
    "{ forgotPassword: 'link', password: 'Passwort' }",
    "const password = await prompt('Password:');",
    'expect "Password: " { wait }',
    'password_hash: bcrypt',
    'secrets: inherit',
    'imagePullSecrets: registry',
    '<string name="password">Passwort</string>',
    'changed +1234 -5678 lines',
  ])('%s', (text) => expect(redact(text)).toBe(text));

  it.each([
    ['{"password":"password7"}', '{"password":"[SECRET_1]"}'],
    ['{"resetPassword":"olive7grove"}', '{"resetPassword":"[SECRET_1]"}'],
    ['{"password":"password"}', '{"password":"[SECRET_1]"}'],
    ['{"auth":"olivegrove"}', '{"auth":"[SECRET_1]"}'],
    ['{"password":"Olivegrove"}', '{"password":"[SECRET_1]"}'],
    ['set("password: "olivegrove")', 'set("password: "[SECRET_1]")'],
    ['{"token":"olivegrove","bytes_sent":1}', '{"token":"[SECRET_1]","bytes_sent":1}'],
  ])('but a secret is gone: %s', (text, expected) => expect(redact(text)).toBe(expected));
});

describe('a scheme and a word, under the name of a header, are no label', () => {
  it.each(['Bearer olivegrove', 'Basic olivegrove', 'Token olivegrove'])('%s', (authorization) => {
    for (const value of written({ headers: { authorization } }))
      expect(value).toEqual({ headers: { authorization: '[SECRET]' } });
  });
});

describe('the private parts of a JSON Web Key are gone', () => {
  const rsa = { kty: 'RSA', n: KEY, e: 'AQAB', d: KEY, p: KEY, q: KEY, dp: KEY, dq: KEY, qi: KEY, kid: 'a' };
  const hidden = { kty: 'RSA', n: KEY, e: 'AQAB', kid: 'a' };
  const parts = { d: '[SECRET]', p: '[SECRET]', q: '[SECRET]', dp: '[SECRET]', dq: '[SECRET]', qi: '[SECRET]' };

  it('of RSA, of a curve, and a symmetric key', () => {
    for (const value of written({ keys: [rsa] })) expect(value).toEqual({ keys: [{ ...hidden, ...parts }] });
    for (const value of written({ k: KEY, kty: 'oct' })) expect(value).toEqual({ k: '[SECRET]', kty: 'oct' });
    for (const value of written({ jwk: { d: KEY, x: KEY, crv: 'Ed25519', kty: 'OKP' } })) {
      expect(value).toEqual({ jwk: { d: '[SECRET]', x: KEY, crv: 'Ed25519', kty: 'OKP' } });
    }
  });

  it('in a text', () => {
    expect(redact(`the key: ${JSON.stringify({ d: KEY, kty: 'EC', x: KEY })}`)).toBe(
      `the key: {"d":"[SECRET_1]","kty":"EC","x":"${KEY}"}`,
    );
    expect(redact(`{ kty: 'oct', k: '${KEY}' }`)).toBe("{ kty: 'oct', k: '[SECRET_1]' }");
  });

  it('but single letters elsewhere stay', () => {
    const value = {
      p: 'a paragraph',
      q: 'words of a search',
      d: 'M10 10 L20 20',
      k: 'five',
      public: { kty: 'EC', x: KEY },
    };
    expect(written(value)).toEqual([value, value]);
    expect(redact(JSON.stringify(value))).toBe(JSON.stringify(value));
  });
});
