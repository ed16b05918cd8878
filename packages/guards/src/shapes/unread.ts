/** Answers of a form that no shape reads. */
import type { Reading, Shape } from '../gate/shape.ts';
import { Texts } from './fields.ts';

/** Creates a shape in which all text is unknown. */
export function unreadShape(): Shape<unknown> {
  return {
    read(value): Reading {
      const texts = new Texts();
      texts.unknown(value, []);
      return texts;
    },
    stopped: () => ({ chunks: [], isShown: false }),
  };
}
