import { base64Bytes, describeBase64, describeBytes, isBase64 } from './blobs.ts';
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
const WORDS = ['title', 'context', 'filename', 'name'] as const;

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

/** Members that hold a payload in Base64 where the media type stands beside them: Anthropic, Google, MCP. */
const PAYLOADS: ReadonlySet<string> = new Set(['data', 'blob', 'bytesBase64Encoded']);
const MEDIA_TYPES = ['media_type', 'mimeType', 'mime_type', 'mediaType'] as const;
const TEXT_TYPE = /^text\/|json$/;

/** The media type of a payload in an object of a provider; `undefined` for a member that is none. */
function payloadType(owner: object, key: string, value: unknown): string | undefined {
  if (!PAYLOADS.has(key) || typeof value !== 'string' || !isBase64(value)) return undefined;
  const type = MEDIA_TYPES.map((name) => readProperty(owner, name)).find((found) => typeof found === 'string');
  return typeof type !== 'string' || TEXT_TYPE.test(type) ? undefined : type;
}

/**
 * JSON that describes a payload in an object of a provider, however short it is; `undefined` for other members.
 *
 * @param owner - the object that `value` is the member `key` of
 */
export function payloadJson(owner: object, key: string, value: unknown, budget: EncodingBudget): string | undefined {
  const type = payloadType(owner, key, value);
  if (type === undefined) return undefined;
  const blob = describeBase64(String(value), type);
  budget.bytes += blob.bytes;
  return JSON.stringify(blob);
}

/** Counts such a payload; false for other members. */
export function countPayload(owner: object, key: string, value: unknown, budget: EncodingBudget): boolean {
  if (payloadType(owner, key, value) === undefined) return false;
  budget.bytes += base64Bytes(String(value));
  return true;
}
