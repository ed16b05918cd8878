import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ALPHANUMERIC, DIGITS, Random } from './random.ts';

/** A text in which nothing must be replaced. */
export interface CleanText {
  readonly locale: string;
  readonly text: string;
}

const hex = (random: Random, length: number): string => random.text('0123456789abcdef', length);
const uuid = (random: Random): string => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
const two = (value: number): string => String(value).padStart(2, '0');

const NEAR_MISSES: Readonly<Record<string, (random: Random) => string>> = {
  'order numbers': (random) =>
    `order ${random.text(DIGITS, 4)}-${random.text(DIGITS, 3)}-${random.text(DIGITS, 4)} shipped, PO 45000${random.text(DIGITS, 5)}`,
  invoices: (random) => `invoice INV-2026-${random.text(DIGITS, 6)} of customer ${random.text('123456789', 8)}`,
  dates: (random) =>
    `on ${two(random.integer(1, 28))}.${two(random.integer(1, 12))}.20${random.integer(10, 29)} or 20${random.integer(10, 29)}-${two(random.integer(1, 12))}-${two(random.integer(1, 28))} at ${two(random.integer(0, 23))}:${two(random.integer(0, 59))}:${two(random.integer(0, 59))}`,
  timestamps: (random) =>
    `at 17${random.text(DIGITS, 11)} and 17${random.text(DIGITS, 8)} and 2026-11-23T09:12:35.${random.text(DIGITS, 3)}Z`,
  amounts: (random) =>
    `$${random.integer(1, 999)},${random.text(DIGITS, 3)},${random.text(DIGITS, 3)}.00 or ${random.integer(1, 99)} ${random.text(DIGITS, 3)} ${random.text(DIGITS, 3)} € or ${random.integer(1, 9)}.${random.text(DIGITS, 3)}.${random.text(DIGITS, 3)},50`,
  fractions: (random) =>
    `score 0.${random.text(DIGITS, 16)}, ${random.integer(1, 9)}.${random.text(DIGITS, 15)} and -0.${random.text(DIGITS, 12)}`,
  coordinates: (random) =>
    `at +${random.integer(1, 89)}.${random.text(DIGITS, 6)}, -${random.integer(1, 179)}.${random.text(DIGITS, 6)}`,
  versions: (random) =>
    `version ${random.integer(1, 20)}.${random.integer(0, 9)}.${random.integer(0, 99)}.${random.integer(0, 200)} of pkg@${random.integer(1, 20)}.${random.integer(0, 9)}.${random.integer(0, 9)}`,
  sections: (random) =>
    `see section ${random.integer(1, 9)}.${random.integer(1, 9)}.${random.integer(1, 9)}.${random.integer(1, 9)} and § 4.2.1.3`,
  'user agents': (random) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${random.integer(100, 199)}.0.0.0 Safari/537.36 Edg/${random.integer(100, 199)}.0.${random.integer(1000, 9999)}.${random.integer(10, 200)}`,
  uuids: (random) => `run ${uuid(random)} and ${uuid(random)}`,
  digests: (random) => `commit ${hex(random, 40)} sha256 ${hex(random, 64)} md5 ${hex(random, 32)}`,
  integrity: (random) => `integrity sha512-${random.text(`${ALPHANUMERIC}+/`, 86)}==`,
  traces: (random) => `00-${hex(random, 32)}-${hex(random, 16)}-01`,
  'tracking numbers': (random) => `parcel 1Z${random.text('0123456789ABCDEF', 16)}, RR${random.text(DIGITS, 9)}DE`,
  'git addresses': () => 'git@github.com:acme/repo.git and ssh://git@gitlab.example.org/acme/repo.git',
  'names of counts': (random) =>
    `max_tokens: ${random.integer(100, 9999)}, tokenCount=${random.integer(10, 9999)}, tokenizer=cl100k_base, time_to_first_token=${random.integer(1, 999)}`,
  'words about secrets': (random) =>
    random.pick([
      'The password is required.',
      'Reset your password: click the link below.',
      'passwordless login',
      'author: me',
      'the monkey=business',
      'token = getToken()',
      'password: the user types it here',
      'keyboard: qwerty',
      'primaryKey=id',
      'cache_key: users',
      'tokens=512',
      'secretary: Ann',
      'Which API key: the old or the new one?',
    ]),
  placeholders: (random) =>
    random.pick([
      'api_key=YOUR_API_KEY',
      'password=<password>',
      'token=${TOKEN}',
      'apiKey: "your-api-key-here"',
      'secret=***',
      'password=process.env.DB_PASSWORD',
      'token: string',
      'Authorization: Bearer <token>',
      'curl -u user:$PASS x',
    ]),
  prefixes: (random) =>
    random.pick([
      'sk-learn and scikit-learn',
      'the AQ. group',
      'hooks.slack.com',
      'pk_constraint_name',
      'hf_hub_download',
      'npm_config_registry',
      'xai-explainable-models',
      're_compile_pattern_cache',
      'whsec_ is a prefix',
      'key-value-store-with-replicas',
      'live_reload_server',
      'task-sk-learn and risk-adjusted-returns-model',
      'sess-ion',
      'fw_download_helper_function',
    ]),
  'addresses of pages': () =>
    'https://example.org/@anna/posts and http://localhost:8080/files/@2x/a.png and icon@2x.png',
  decorators: () => '@Injectable() class A { @Input() name; } and @scope/package@1.2.3',
  networks: () => '127.0.0.1:3000 and 0.0.0.0 and 255.255.255.0',
  ratios: (random) =>
    `resolution 1920x1080, ratio 16:9, rows ${random.integer(1, 9)} 128 256 512 1024 2048, ports 8080-8090`,
  isbn: (random) =>
    `ISBN 978-3-16-${random.text(DIGITS, 6)}-0, EAN ${random.text('123456789', 8)}, DOI 10.1000/xyz${random.text(DIGITS, 3)}`,
};

/** Secrets and addresses that the manuals have on purpose. */
const ON_PURPOSE = /192\.168\.1\.42|@gmail\.com|username:password@|guest:guest@|--apiKey|secret: '|10\.10\.10\.5/;

/** Pages that developers wrote, paragraph by paragraph. */
function* manuals(): Generator<CleanText> {
  const require = createRequire(import.meta.url);
  const folders = [
    join(dirname(require.resolve('pino')), 'docs'),
    dirname(require.resolve('fast-check/package.json')),
    dirname(require.resolve('ajv/package.json')),
  ];
  for (const folder of folders) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
      for (const text of readFileSync(join(folder, file), 'utf8').split(/\n\n+/)) {
        if (!ON_PURPOSE.test(text)) yield { locale: `manual ${file}`, text };
      }
    }
  }
}

/** Near misses of all kinds, and real prose. */
export function* cleanTexts(seed: number, perKind: number): Generator<CleanText> {
  const random = new Random(seed + 1);
  for (const [locale, make] of Object.entries(NEAR_MISSES)) {
    for (let count = 0; count < perKind * 3; count++) yield { locale, text: make(random) };
  }
  yield* manuals();
}
