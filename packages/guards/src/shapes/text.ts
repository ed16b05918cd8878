/** A stream of plain texts. */
import type { Shape } from '../gate/shape.ts';

/** Creates the shape of one text in pieces. */
export function textShape(): Shape<string> {
  return {
    read: (text) => ({ slots: [{ path: [], text, channel: 'text', kind: 'text' }] }),
    stopped: (_, replacement) => ({
      chunks: replacement === undefined ? [] : [replacement],
      isShown: replacement !== undefined,
    }),
  };
}
