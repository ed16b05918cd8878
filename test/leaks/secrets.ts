/** A pseudo-random generator with a seed, so that a leak can be found again (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Random = () => number;

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALPHANUMERIC = LOWER + LOWER.toUpperCase() + DIGITS;

function pick(random: Random, from: string, length: number): string {
  return Array.from({ length }, () => from[Math.floor(random() * from.length)]).join('');
}

/** Letters and digits, at least one of each, as keys have them. */
function token(random: Random, length: number): string {
  return `${pick(random, LOWER, 1)}${pick(random, DIGITS, 1)}${pick(random, ALPHANUMERIC, length - 2)}`;
}

function luhn(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    let digit = Number(digits[digits.length - 1 - index]);
    if (index % 2 === 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return String((10 - (sum % 10)) % 10);
}

function card(random: Random): string {
  const digits = `4${pick(random, DIGITS, 14)}`;
  const number = digits + luhn(digits);
  return random() < 0.5 ? number : number.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
}

function iban(random: Random): string {
  const account = pick(random, DIGITS, 18);
  let remainder = 0;
  for (const digit of `${account}131400`) remainder = (remainder * 10 + Number(digit)) % 97;
  return `DE${String(98 - remainder).padStart(2, '0')}${account}`;
}

const number = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const base64url = (random: Random, length: number): string => pick(random, `${ALPHANUMERIC}-_`, length);

/** Every kind of thing that must not be logged. */
export const KINDS: Record<string, (random: Random) => string> = {
  email: (random) => `${pick(random, LOWER, 7)}.${pick(random, LOWER, 3)}@${pick(random, LOWER, 6)}.org`,
  phone: (random) => `+49 1${number(random, 50, 79)} ${pick(random, '123456789', 8)}`,
  card,
  iban,
  ssn: (random) => `${number(random, 100, 600)}-${number(random, 10, 99)}-${number(random, 1000, 9999)}`,
  ipv4: (random) =>
    `${number(random, 128, 223)}.${number(random, 0, 255)}.${number(random, 0, 255)}.${number(random, 1, 254)}`,
  ipv6: (random) => Array.from({ length: 8 }, () => pick(random, '123456789abcdef', 4)).join(':'),
  jwt: (random) => `eyJ${base64url(random, 20)}.eyJ${base64url(random, 30)}.${base64url(random, 40)}`,
  bearer: (random) => `Bearer ${token(random, 32)}`,
  openai: (random) => `sk-proj-${token(random, 40)}`,
  anthropic: (random) => `sk-ant-api03-${token(random, 40)}`,
  google: (random) => `AIza${token(random, 35)}`,
  aws: (random) => `AKIA${pick(random, LOWER.toUpperCase() + DIGITS, 16)}`,
  github: (random) => `ghp_${token(random, 36)}`,
  slack: (random) => `xoxb-${pick(random, DIGITS, 12)}-${token(random, 24)}`,
  stripe: (random) => `sk_live_${token(random, 24)}`,
  huggingface: (random) => `hf_${token(random, 34)}`,
  connection: (random) => `postgres://app:${token(random, 16)}@db.internal:5432/main`,
  assignment: (random) => `api_key=${token(random, 24)}`,
  pem: (random) => `-----BEGIN PRIVATE KEY-----\n${pick(random, ALPHANUMERIC, 64)}\n-----END PRIVATE KEY-----`,
};

/** What of a planted secret must not be found: of pairs of a name and a value, the value. */
export function needle(kind: string, secret: string): string {
  if (kind === 'bearer') return secret.slice('Bearer '.length);
  if (kind === 'connection') return /:([^:@/]+)@/.exec(secret)?.[1] ?? secret;
  if (kind === 'assignment') return secret.slice('api_key='.length);
  if (kind === 'pem') return secret.split('\n')[1] ?? secret;
  return secret;
}
