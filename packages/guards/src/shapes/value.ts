/** Values whose form only the application knows: inputs of chains, arguments of tools. */
import type { Shape } from '../gate/shape.ts';
import { Texts } from './fields.ts';

/** Creates the shape of one value. A value that is no text has no place for a replacement. */
export function valueShape(): Shape<unknown> {
  return {
    read(value) {
      const texts = new Texts();
      texts.value(value, []);
      return texts;
    },
    stopped: (value, replacement) => ({
      chunks: typeof value === 'string' && replacement !== undefined ? [replacement] : [],
      isShown: typeof value === 'string' && replacement !== undefined,
    }),
  };
}
