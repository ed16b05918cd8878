import { randomFillSync } from 'node:crypto';

const MAX_LENGTH = 128;
/** How keys and tokens of well-known services begin; the request id is written as it is, so that a credential in its place is refused. */
const CREDENTIAL =
  /^(?:eyJ|[sp]k[-_]|rk_(?:live|test)_|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|AKIA|ASIA|AIza|hf_|npm_|lsv2_|gsk_|xai-|r8_|SG\.|ya29\.)/;

function isIdCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x3a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

/** A caller's request id, when it is one: 1–128 characters of `[A-Za-z0-9._:-]`, and no credential. */
export function acceptRequestId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_LENGTH) return undefined;
  for (let index = 0; index < value.length; index++) {
    if (!isIdCharacter(value.charCodeAt(index))) return undefined;
  }
  return CREDENTIAL.test(value) ? undefined : value;
}

const POOL_BYTES = 4096;
const RANDOM_BYTES = 10;
const pool = Buffer.alloc(POOL_BYTES);
let offset = POOL_BYTES;

function randomHex(): string {
  if (offset + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    offset = 0;
  }
  const hex = pool.toString('hex', offset, offset + RANDOM_BYTES);
  offset += RANDOM_BYTES;
  return hex;
}

const VARIANT = ['8', '9', 'a', 'b'];

/** A new id: UUID version 7 (RFC 9562), which sorts by time. */
export function newRequestId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomHex();
  const variant = VARIANT[Number.parseInt(random[3] ?? '0', 16) & 3] ?? '8';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
