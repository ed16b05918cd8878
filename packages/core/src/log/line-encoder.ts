/** Lines become the bytes of their JSON. */
import { createJsonBytes } from './json-bytes.ts';
import type { SplitLine } from './line.ts';

/** Encodes lines in two parts as JSON in UTF-8, in one buffer. */
export interface LineEncoder {
  /** The last line. Valid until the next one. */
  bytes(): Buffer;
  /**
   * @param end - follows the object
   * @returns the number of bytes
   */
  encode(line: SplitLine, end: string): number;
}

/** Creates an encoder with a buffer of its own. */
export function createLineEncoder(): LineEncoder {
  const json = createJsonBytes();
  return {
    bytes: () => json.bytes(),
    encode({ common, own }, end): number {
      const record = own as Readonly<Record<string, unknown>>;
      let hasCommon = false;
      json.begin();
      for (const key in record) {
        const value = record[key];
        if (value === undefined) continue;
        if (key === 'event.id') {
          hasCommon = true;
          json.members(common.bytes);
        }
        json.member(key, value);
      }
      if (!hasCommon) json.members(common.bytes);
      return json.finish(end);
    },
  };
}
