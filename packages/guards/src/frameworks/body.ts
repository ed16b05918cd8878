/** Bodies of HTTP messages: which of them are text, and how their bytes are read. */

import { TextDecoder } from 'node:util';

/** Types with text. */
const TEXT =
  /^(?:text\/|application\/(?:[\w.+-]*(?:json|xml|yaml)|json-seq|jsonl|javascript|ecmascript|graphql|sql|toml|x-www-form-urlencoded)(?:[;\s]|$))/i;

/** True without a type: a body is text until it says otherwise. */
export const isText = (type: string): boolean => type === '' || TEXT.test(type);
export const isJson = (type: string): boolean => /^[^;]*json/i.test(type);
export const isEventStream = (type: string): boolean => /^text\/event-stream/i.test(type);

/** @returns `undefined` for a charset that is not known */
export function decoderOf(type: string): TextDecoder | undefined {
  const [, charset = 'utf-8'] = /;\s*charset="?([\w.:-]+)/i.exec(type) ?? [];
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    return undefined;
  }
}

/** The type of a text that was changed, which is written as UTF-8. */
export const asUtf8 = (type: string): string => type.replace(/(;\s*charset=)"?[\w.:-]+"?/i, '$1utf-8');

/** The bytes of a chunk, as `write` of Node takes it. */
export function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk as Uint8Array);
  return Buffer.from(chunk, Buffer.isEncoding(String(encoding)) ? (encoding as BufferEncoding) : 'utf8');
}
