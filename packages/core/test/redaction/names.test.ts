import { describe, expect, it } from 'vitest';
import type { CaptureMode } from '../../src/api/index.ts';
import { createTracer } from '../../src/index.ts';
import { memoryLog } from '../../src/testing.ts';

/** What the line of a span has as content, for an input. */
function written(input: unknown, capture: CaptureMode = 'redacted'): unknown {
  const log = memoryLog();
  createTracer({ logger: log.logger, capture, statsIntervalSeconds: 0 }).startSpan({ name: 'step', input }).end();
  return JSON.parse(log.records()[0]?.['spanline.input'] ?? 'null');
}

/** A value on an application line. */
function logged(value: unknown): unknown {
  const log = memoryLog();
  createTracer({ logger: log.logger, statsIntervalSeconds: 0 }).logger.info({ value }, 'x');
  return log.lines()[0]?.['value'];
}

const SECRET = '[SECRET]';

describe('the name of a secret decides on its value', () => {
  it.each(['redacted', 'full'] as const)('in objects, in mode %s', (mode) => {
    for (const name of [
      'dbPassword',
      'DB_PASSWORD',
      'db-password',
      'PGPASSWORD',
      'newPassword2',
      'secretAccessKey',
      'GITHUB_TOKEN',
      'openaiApiKey',
      'Ocp-Apim-Subscription-Key',
      'set-cookie',
      'meinPasswort',
      'contraseña',
    ]) {
      expect(written({ [name]: 'olive grove' }, mode), name).toEqual({ [name]: SECRET });
    }
  });

  it('in arrays, parts of objects, lists of headers, and numbers', () => {
    expect(
      written({
        passwords: ['olive', 'grove'],
        apiKey: { value: 'olive', since: 2020 },
        headers: [{ name: 'X-Api-Key', value: 'olive' }],
        tags: [{ Key: 'DbPassword', Value: 'olive' }],
        secrets: { billing: 'olive', search: 'grove' },
        rawHeaders: ['Authorization', 'olive', 'Accept', 'text/html'],
        pin: 4821,
        GITHUB_PAT: 'olive',
      }),
    ).toEqual({
      passwords: [SECRET, SECRET],
      apiKey: { value: SECRET, since: 2020 },
      headers: [{ name: 'X-Api-Key', value: SECRET }],
      tags: [{ Key: 'DbPassword', Value: SECRET }],
      secrets: { billing: SECRET, search: SECRET },
      rawHeaders: ['Authorization', SECRET, 'Accept', 'text/html'],
      pin: SECRET,
      GITHUB_PAT: SECRET,
    });
  });

  it('beside a value, under whatever names the two have', () => {
    const pairs = [
      { headerName: 'Authorization', headerValue: 'olive' },
      { header_value: 'olive', header_name: 'Cookie' },
      { ParameterKey: 'DbPassword', ParameterValue: 'olive' },
      { field: 'password', oldValue: 'olive', newValue: 'grove' },
      { id: 'API_KEY', type: 'text', val: 'olive' },
      { value: { stringValue: 'olive' }, key: 'http.request.header.authorization' },
    ];
    const hidden = [
      { headerName: 'Authorization', headerValue: SECRET },
      { header_value: SECRET, header_name: 'Cookie' },
      { ParameterKey: 'DbPassword', ParameterValue: SECRET },
      { field: 'password', oldValue: SECRET, newValue: SECRET },
      { id: 'API_KEY', type: 'text', val: SECRET },
      { value: { stringValue: SECRET }, key: 'http.request.header.authorization' },
    ];
    expect(written(pairs)).toEqual(hidden);
    expect(logged(pairs)).toEqual(hidden);
    expect(written(JSON.stringify(pairs))).not.toMatch(/olive|grove/);
  });

  it('of a set, or for an environment', () => {
    expect(
      written({
        cookies: { sid: 'olive', theme: 'grove' },
        jar: { cookies: [{ name: 'sid', value: 'olive', path: '/', sameSite: 'Lax' }] },
        apiKeys: { search: 'olive' },
        STRIPE_SECRET_KEY_TEST: 'olive',
        apiKeyV2: 'olive',
        fields: [
          { label: 'Password', value: 'olive' },
          { type: 'token', value: 'grove' },
        ],
      }),
    ).toEqual({
      cookies: { sid: SECRET, theme: SECRET },
      jar: { cookies: [{ name: 'sid', value: SECRET, path: '/', sameSite: 'Lax' }] },
      apiKeys: { search: SECRET },
      STRIPE_SECRET_KEY_TEST: SECRET,
      apiKeyV2: SECRET,
      fields: [
        { label: 'Password', value: SECRET },
        { type: 'token', value: 'grove' },
      ],
    });
  });

  it('beside a value, but not on the values of other names', () => {
    const others = [
      { headerName: 'Accept', headerValue: 'olive' },
      { name: 'password', interval: 'daily', retrieval: 'fast', description: 'of the database' },
      { name: 'max_tokens', value: 'many' },
      { key: 'colour', defaultValue: 'olive' },
    ];
    expect(written(others)).toEqual(others);
    expect(logged(others)).toEqual(others);
  });

  it('in pairs of a list, as headers and entries are written', () => {
    const pairs = [
      ['authorization', 'olive grove'],
      ['DB_PASSWORD', 'olive'],
      ['accept', 'text/html'],
    ];
    const hidden = [
      ['authorization', SECRET],
      ['DB_PASSWORD', SECRET],
      ['accept', 'text/html'],
    ];
    expect(written({ headers: pairs })).toEqual({ headers: hidden });
    expect(written(pairs)).toEqual(hidden);
    expect(logged(pairs)).toEqual(hidden);
  });

  it('on application lines as in content', () => {
    const value = {
      rawHeaders: ['Accept', '*', 'Cookie', 'olive=grove'],
      entries: new Map([['password', 'olive']]),
      pin: 4821,
      nested: { card: 4_111_111_111_111_111, since: 1_795_946_350_976, ratio: -0.5 },
      header: { name: 'x-api-key', value: 'olive' },
      apiKey: { value: 'olive', since: 2020 },
    };
    expect(logged(value)).toEqual({
      rawHeaders: ['Accept', '*', 'Cookie', SECRET],
      entries: [['password', SECRET]],
      pin: SECRET,
      nested: { card: '[CARD_1]', since: 1_795_946_350_976, ratio: -0.5 },
      header: { name: 'x-api-key', value: SECRET },
      apiKey: { value: SECRET, since: 2020 },
    });
  });

  it.each([
    '{"user":"ann","dbPassword":"olive grove"}',
    '{"headers":[["authorization","olive grove"],["accept","*"]]}',
    '{"name":"x-api-key","value":"olive grove"}',
    '{"apiKey":{"value":"olive grove","since":2020}}',
    '{"Key":"DbPassword","Value":"olive grove"}',
    'vars = {"secrets": {"billing": "olive grove"}}',
    '<add key="ApiKey" value="olive grove" />',
    'sent {"headerName": "Authorization", "headerValue": "olive grove"} twice',
    "sent {'value': 'olive grove', 'name': 'password'}",
    'sent {"name":"DB_PASSWORD","type":"secret","value":"olive grove"}',
    String.raw`body: "{\"key\":\"api_key\",\"val\":\"olive grove\"}"`,
    'headers.add(name="X-Api-Key", value="olive grove")',
    'env:\n  - value: olive7grove\n    name: DB_PASSWORD',
    "<property name='db.password' value='olive grove'/>",
    'env:\n  - name: DB_PASSWORD\n    value: "olive grove"',
    'env:\n- name: DB_PASSWORD\n  value: olive7grove\n',
    '{"rawHeaders":["Cookie","olive=grove"]}',
    'password = """olive grove"""',
    "{'password': u'olive grove'}",
    'api_key: >-\n  olive7grove',
    'password: |\n  olive7grove\nuser: ann',
    '{"passwords":["olive grove","x"]}',
    JSON.stringify({ body: JSON.stringify({ token: 'olive grove' }) }),
    JSON.stringify({ body: JSON.stringify({ inner: JSON.stringify({ secret: 'olive grove' }) }) }),
    "{'clientSecret': 'olive grove'}",
    'apiKey: "olive grove"',
  ])('in JSON and code inside of a text: %s', (text) => {
    for (const mode of ['redacted', 'full'] as const) expect(written(text, mode)).not.toContain('olive');
  });

  it.each([
    'dbPassword=olivegrove',
    'https://example.org/cb?lang=en&access_token=olivegrove&x=1',
    'Server=db;Uid=sa;Pwd=olivegrove;Timeout=5',
    'jdbc:mysql://db/main?user=a&password=olivegrove',
    'deploy --token olivegrove7 --verbose',
    'user: ann\npassword: olivegrove7',
    'my password is olivegrove7',
    'SECRET_KEY_BASE=olivegrove',
  ])('in text: %s', (text) => {
    for (const mode of ['redacted', 'full'] as const) expect(written(text, mode)).not.toContain('olivegrove');
  });

  it.each<unknown>([
    {
      max_tokens: 5,
      tokens: 12,
      tokenCount: 3,
      token_type: 'bearer',
      tokenizer: 'x',
      stop_token: '</s>',
      nextPageToken: 'p',
    },
    {
      author: 'ann',
      monkey: 'm',
      passwordless: true,
      passport: 'p',
      compass: 'c',
      secretary: 'bob',
      keyboard: 'qwerty',
    },
    { primaryKey: 'id', publicKey: 'pk', cache_key: 'users', keyId: 'k', secretName: 'n', time_to_first_token: 12 },
    { properties: { password: { type: 'string', description: 'The password' } }, required: ['user', 'password'] },
    { constructor: 'c', toString: 't', pass: true, gpioPin: 4, credentials: null },
    '{"user":"ann","max_tokens":12,"note":"no password here"}',
    { required: ['password', 'email'], rows: [['password', 'email', 'name']], pair: ['password', 'email'] },
    '{"required":["password","email"],"rows":[["password","email","name"]],"name":"colour","value":"olive"}',
    'columns: ["password", "email"] and [["user", "olive"]]',
    'PWD=/home/ann/app; knowledge_base=docs; error code: 12345678',
    'max_tokens=100, tokenizer: cl100k and keyboard=us',
    'The password is required. Which API key: the old one?',
    'token = getToken(); const key: string = process.env.API_KEY',
  ])('near misses stay to the letter: %j', (value) => {
    expect(written(value)).toEqual(value);
  });
});
