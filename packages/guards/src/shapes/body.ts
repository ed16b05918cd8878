/** Bodies of HTTP messages with text. */
import type { Shape } from '../gate/shape.ts';
import { Texts } from './fields.ts';

/** Creates the shape of one body. JSON has no place for the replacement of an answer. */
export function bodyShape(isJson: boolean): Shape<string> {
  return {
    read(text) {
      const texts = new Texts();
      texts.complete(text, [], isJson ? 'json' : 'text');
      return texts;
    },
    stopped: (_, replacement) => ({
      chunks: isJson || replacement === undefined ? [] : [replacement],
      isShown: !isJson && replacement !== undefined,
    }),
  };
}
