import { keyFormats } from '../../../src/redaction/keys/api-key.ts';
import { fromPattern } from './from-pattern.ts';
import type { Secret } from './planted.ts';
import { ALPHANUMERIC, DIGITS, LOWER, type Random } from './random.ts';

const BASE64URL = `${ALPHANUMERIC}-_`;
const token = (random: Random, length: number): string =>
  `${random.text(LOWER, 1)}${random.text(DIGITS, 1)}${random.text(ALPHANUMERIC, length - 2)}`;

const WORDS = 'correct horse battery staple summer winter tiger banana purple dragon'.split(' ');
/** Passwords as people choose them: words, words with numbers, signs. */
const password = (random: Random): string =>
  random.pick([
    () => random.pick(WORDS) + random.pick(WORDS),
    () => `${random.pick(WORDS)}${random.integer(10, 9999)}`,
    () => `${random.pick(WORDS)}${random.pick(['!', '#', '_', '.'])}${random.integer(1, 99)}`,
    () => random.text(ALPHANUMERIC, 16),
  ])();

const NAMES = (
  'password dbPassword DB_PASSWORD user_password admin-password newPassword PGPASSWORD smtpPassword passphrase apiKey api_key ' +
  'API_KEY x-api-key openaiApiKey clientSecret client_secret CLIENT_SECRET secretAccessKey accessToken access_token ' +
  'refreshToken authToken githubToken GITHUB_TOKEN slack_bot_token signingKey encryption_key private_key webhookSecret ' +
  'sessionToken csrf_token dbPass subscription-key masterKey jwtSecret'
).split(' ');

const ASSIGNMENTS: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `${name}=${value}`,
  (name, value) => `${name}="${value}"`,
  (name, value) => `${name}: "${value}"`,
  (name, value) => `{"${name}":"${value}"}`,
  (name, value) => `{ "user": "bob", "${name}": "${value}" }`,
  (name, value) => `{'${name}': '${value}'}`,
  (name, value) => `https://example.org/cb?state=1&${name}=${value}&lang=en`,
  (name, value) => `export ${name}='${value}'`,
  (name, value) => `Server=db;Database=main;${name}=${value};Timeout=5`,
  (name, value) => JSON.stringify(JSON.stringify({ [name]: value })),
];

type Kind = readonly [kind: string, make: (random: Random) => readonly [written: string, gone: string]];

const pem = (label: string) => (random: Random) => {
  const body = `${random.text(ALPHANUMERIC, 64)}\n${random.text(ALPHANUMERIC, 64)}`;
  return [`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`, body.slice(0, 64)] as const;
};

const after =
  (before: string, make: (random: Random) => string, behind = '') =>
  (random: Random) => {
    const secret = make(random);
    return [before + secret + behind, secret] as const;
  };

const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  PRIVATE_KEY: [
    'PRIVATE KEY',
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ].map((label) => [label, pem(label)] as const),
  JWT: [
    [
      'signed',
      after(
        '',
        (random) =>
          `eyJ${random.text(BASE64URL, 20)}.eyJ${random.text(BASE64URL, 40)}.${random.text(ALPHANUMERIC, 43)}`,
      ),
    ],
  ],
  CREDENTIAL: [
    ['bearer', after('Authorization: Bearer ', (random) => token(random, 32))],
    ['basic', after('Authorization: Basic ', (random) => Buffer.from(`app:${password(random)}`).toString('base64'))],
    ['token', after('authorization: token ', (random) => token(random, 40))],
    ['spoken', after('send Bearer ', (random) => token(random, 24), ' along')],
    [
      'AWS',
      after(
        'Authorization: AWS4-HMAC-SHA256 Credential=AK/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature=',
        (random) => random.text('0123456789abcdef', 64),
      ),
    ],
    ['cookie', after('Cookie: theme=dark; sid=', (random) => token(random, 24))],
    ['set-cookie', after('Set-Cookie: session=', (random) => token(random, 24), '; Path=/; HttpOnly')],
    ['curl', after('curl -u deploy:', password, ' https://example.org/')],
    ['curl, quoted', after("curl -s --user 'deploy:", password, "' https://example.org/")],
  ],
  WEBHOOK: [
    ['Slack', after('https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/', (random) => token(random, 24))],
    ['Discord', after('https://discord.com/api/webhooks/112233445566778899/', (random) => random.text(BASE64URL, 68))],
    [
      'Teams',
      after(
        'https://acme.webhook.office.com/webhookb2/',
        (random) =>
          `${random.text('0123456789abcdef', 36)}@${random.text('0123456789abcdef', 36)}/IncomingWebhook/${random.text('0123456789abcdef', 32)}`,
      ),
    ],
    [
      'Telegram',
      after(
        'https://api.telegram.org/bot',
        (random) => `${random.integer(100000000, 999999999)}:AA${random.text(ALPHANUMERIC, 33)}`,
        '/sendMessage',
      ),
    ],
    [
      'Zapier',
      after(
        'https://hooks.zapier.com/hooks/catch/',
        (random) => `${random.integer(100000, 999999)}/${random.text(`${LOWER}${DIGITS}`, 7)}`,
      ),
    ],
  ],
  CONNECTION_STRING: [
    ['plain', after('postgres://app:', (random) => token(random, 16), '@db.internal:5432/main')],
    ['at sign', after('postgres://app:', (random) => `p@${token(random, 8)}`, '@db/main')],
    ['slash', after('mysql://root:', (random) => `a/${token(random, 8)}`, '@db.internal/main')],
    ['without user', after('redis://:', (random) => token(random, 12), '@cache:6379')],
    ['signs', after('amqps://svc:', (random) => `x?#${token(random, 8)}!`, '@mq.example.org/vhost')],
    ['MongoDB', after('mongodb+srv://app:', password, '@cluster0.example.mongodb.net/?retryWrites=true')],
  ],
  SECRET: [
    ...NAMES.flatMap((name) =>
      ASSIGNMENTS.map(
        (assign, index) =>
          [
            `assignment ${index}`,
            (random: Random) => {
              const value = password(random);
              return [assign(name, value), value] as const;
            },
          ] as const,
      ),
    ),
    [
      'signed address',
      after('https://b.s3.amazonaws.com/x?X-Amz-Expires=900&X-Amz-Signature=', (random) =>
        random.text('0123456789abcdef', 64),
      ),
    ],
    [
      'signed address',
      after('https://a.blob.core.windows.net/c/b?sv=2024-11-04&sp=r&sig=', (random) => `${token(random, 43)}%3D`),
    ],
    ['signed address', after('https://d.cloudfront.net/x?Expires=1&Signature=', (random) => token(random, 80))],
    ['header', after('X-Api-Key: ', (random) => token(random, 24))],
    ['flag', after('deploy --token ', (random) => token(random, 20), ' --verbose')],
    ['statement', after('my password is ', (random) => `${random.pick(WORDS)}${random.integer(10, 9999)}`)],
    ['yaml', after('user: bob\npassword: ', (random) => `${random.pick(WORDS)}${random.integer(10, 9999)}`)],
  ],
};

/** Credentials: keys of every vendor, and every kind of context that tells that something is one. */
export function* credentials(random: Random, perKind: number): Generator<Secret> {
  for (const [vendor, prefix, body] of keyFormats()) {
    for (let count = 0; count < perKind; count++) {
      const key = fromPattern(prefix.replace('^', ''), random) + fromPattern(body, random);
      yield { rule: 'API_KEY', locale: vendor, written: key, gone: key };
    }
  }
  for (const [rule, kinds] of Object.entries(KINDS)) {
    for (const [locale, make] of kinds) {
      for (let count = 0; count < perKind; count++) {
        const [written, gone] = make(random);
        yield { rule, locale, written, gone };
      }
    }
  }
}
