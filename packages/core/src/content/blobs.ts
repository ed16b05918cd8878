import { nodeCrypto } from '../node-crypto.ts';
import { HEAD_BYTES, mediaTypeOf } from './media-type.ts';

/** Describes a payload on the line in its place. */
export interface BlobDescriptor {
  modality: string;
  mime_type: string;
  bytes: number;
  /** Hash of the decoded payload; absent above 8 MB. */
  sha256?: string;
}

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w-]+=[\w.+-]+)*;base64,/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const MIN_BASE64 = 512;
const SAMPLE = 1024;
const MAX_HASHED = 8 * 1024 * 1024;

function modalityOf(mimeType: string): string {
  const family = mimeType.slice(0, mimeType.indexOf('/'));
  return ['image', 'audio', 'video'].includes(family) ? family : 'document';
}

/** Characters of base64 that hold the first bytes. */
const HEAD_CHARACTERS = (HEAD_BYTES / 3) * 4;

/** Bytes of a base64 payload. */
export function base64Bytes(base64: string): number {
  return Math.floor((base64.length * 3) / 4) - (base64.endsWith('==') ? 2 : Number(base64.endsWith('=')));
}

/** Describes a base64 payload. */
export function describeBase64(base64: string, declaredType?: string): BlobDescriptor {
  const head = Buffer.from(base64.slice(0, HEAD_CHARACTERS), 'base64').toString('latin1');
  const mimeType = mediaTypeOf(head, declaredType);
  const descriptor: BlobDescriptor = {
    modality: modalityOf(mimeType),
    mime_type: mimeType,
    bytes: base64Bytes(base64),
  };
  if (base64.length <= MAX_HASHED) {
    descriptor.sha256 = nodeCrypto().createHash('sha256').update(base64, 'base64').digest('hex');
  }
  return descriptor;
}

function viewOf(data: ArrayBufferView | ArrayBufferLike): Buffer {
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data, 0, data.byteLength);
}

/** The media type of binary data. */
export function binaryType(data: ArrayBufferView | ArrayBufferLike, declaredType?: string): string {
  return mediaTypeOf(viewOf(data).toString('latin1', 0, HEAD_BYTES), declaredType);
}

/** Describes binary data. */
export function describeBytes(data: ArrayBufferView, declaredType?: string): BlobDescriptor {
  const view = viewOf(data);
  const mimeType = binaryType(data, declaredType);
  const descriptor: BlobDescriptor = { modality: modalityOf(mimeType), mime_type: mimeType, bytes: view.length };
  if (view.length <= MAX_HASHED) descriptor.sha256 = nodeCrypto().createHash('sha256').update(view).digest('hex');
  return descriptor;
}

/** True for a text in Base64, judged by its beginning and end. */
export function isBase64(text: string): boolean {
  return text !== '' && BASE64.test(text.slice(-64)) && BASE64.test(text.slice(0, SAMPLE));
}

function looksLikeBase64(text: string): boolean {
  if (text.length < MIN_BASE64 || !BASE64.test(text.slice(-64))) return false;
  const sample = text.slice(0, SAMPLE);
  return BASE64.test(sample) && /[A-Z]/.test(sample) && /[a-z]/.test(sample) && /\d/.test(sample);
}

/** Describes a string that is a data URL or a long run of base64; `undefined` for every other string. */
export function describeBlob(text: string): BlobDescriptor | undefined {
  const match = matchDataUrl(text);
  if (match !== null) return describeBase64(text.slice(match[0].length), match[1] ?? 'text/plain');
  return looksLikeBase64(text) ? describeBase64(text) : undefined;
}

/** Bytes of the payload in a string that {@link describeBlob} describes; `undefined` for every other string. */
export function blobBytes(text: string): number | undefined {
  const match = matchDataUrl(text);
  if (match !== null) return base64Bytes(text.slice(match[0].length));
  return looksLikeBase64(text) ? base64Bytes(text) : undefined;
}

function matchDataUrl(text: string): RegExpExecArray | null {
  return text.startsWith('data:') ? DATA_URL.exec(text.slice(0, 256)) : null;
}

const MIN_VECTOR = 32;

/** True for an embedding: many numbers, most of them fractions. */
export function isVector(values: ArrayLike<unknown>): boolean {
  if (values.length < MIN_VECTOR) return false;
  let fractions = 0;
  for (let index = 0; index < MIN_VECTOR; index++) {
    const value = values[index];
    if (typeof value !== 'number') return false;
    if (!Number.isInteger(value)) fractions++;
  }
  return fractions > MIN_VECTOR / 2;
}
