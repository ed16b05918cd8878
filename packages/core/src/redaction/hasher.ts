import { nodeCrypto } from '../node-crypto.ts';

/** HMAC-SHA256 under one key. */
export interface Hasher {
  /** Identifies the key and reveals nothing about it. */
  readonly keyId: string;
  /** 32 hex characters. */
  hash(value: string): string;
}

const HASH_LENGTH = 32;
const KEY_ID_LENGTH = 8;

/** Creates a hasher; `undefined` without a key, because a hash without a key can be looked up. */
export function createHasher(key: string | undefined): Hasher | undefined {
  if (key === undefined) return undefined;
  const hex = (value: string): string => nodeCrypto().createHmac('sha256', key).update(value).digest('hex');
  return {
    keyId: hex('spanline.hash.key_id').slice(0, KEY_ID_LENGTH),
    hash: (value) => hex(value).slice(0, HASH_LENGTH),
  };
}
