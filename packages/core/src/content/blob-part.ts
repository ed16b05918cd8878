import { base64Bytes, describeBase64, describeBytes } from './blobs.ts';
import type { EncodingBudget } from './encoding-budget.ts';
import { readProperty } from './host-values.ts';
import type { JsonNode } from './json.ts';

/** A part of a message that may have a payload. */
export interface BlobPart {
  readonly content?: unknown;
  readonly mime_type?: unknown;
  readonly modality?: unknown;
}

/** Members of a part that describe its payload in words. */
const WORDS = ['title', 'context'] as const;

/** True for a part of the type `blob`. */
export function isBlobPart(value: object): value is BlobPart {
  return (value as { readonly type?: unknown }).type === 'blob';
}

/**
 * JSON of a blob part with a description in the place of its payload; `undefined` for one without a payload.
 *
 * @param encode - encodes the text of a member
 */
export function blobPartJson(
  part: BlobPart,
  budget: EncodingBudget,
  encode: (key: string, text: string) => JsonNode | undefined,
): string | undefined {
  const { content, mime_type: mimeType, modality } = part;
  const declared = typeof mimeType === 'string' ? mimeType : undefined;
  const isBinary = ArrayBuffer.isView(content);
  if (!isBinary && typeof content !== 'string') return undefined;
  const blob = isBinary ? describeBytes(content, declared) : describeBase64(content, declared);
  budget.bytes += blob.bytes;
  let json = JSON.stringify({ type: 'blob', ...blob, ...(typeof modality === 'string' ? { modality } : {}) });
  for (const key of WORDS) {
    const words = readProperty(part, key);
    const node = typeof words === 'string' ? encode(key, words) : undefined;
    if (typeof node === 'string') json = `${json.slice(0, -1)},"${key}":${node}}`;
  }
  return json;
}

/**
 * Counts the payload of a blob part and the texts beside it; false for one without a payload.
 *
 * @param count - counts the text of a member
 */
export function countBlobPart(
  part: BlobPart,
  budget: EncodingBudget,
  count: (key: string, text: string) => unknown,
): boolean {
  const { content } = part;
  if (ArrayBuffer.isView(content)) budget.bytes += content.byteLength;
  else if (typeof content === 'string') budget.bytes += base64Bytes(content);
  else return false;
  for (const key of WORDS) {
    const words = readProperty(part, key);
    if (typeof words === 'string') count(key, words);
  }
  return true;
}
