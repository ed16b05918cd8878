/** Values whose form only the application knows: inputs and outputs of chains, arguments of tools. */
import { props } from '@spanline/record';
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

/** Creates the shape of a stream of texts, or of message chunks of LangChain. */
export function piecesShape(): Shape<unknown> {
  return {
    read(piece) {
      const texts = new Texts();
      if (typeof piece === 'string') texts.piece(piece, [], 'text');
      else if (typeof props(piece)['content'] === 'string') texts.piece(props(piece)['content'], ['content'], 'text');
      else texts.unknown(piece, ['chunk']);
      return texts;
    },
    stopped: (piece, replacement) => ({
      chunks: typeof piece === 'string' && replacement !== undefined ? [replacement] : [],
      isShown: typeof piece === 'string' && replacement !== undefined,
    }),
  };
}
