/** The message of a log call, from its arguments. */

import { isProps } from '../values/props.ts';

const PLACEHOLDER = /%[sdifjoOc%]/g;

/** The text of an argument; that of an object is its message, if it is an error. */
function textOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument === 'number' || typeof argument === 'boolean') return String(argument);
  return isProps(argument) && typeof argument['message'] === 'string' ? argument['message'] : undefined;
}

/**
 * The message of a log call: its texts, numbers and errors, joined by spaces. Placeholders of `printf` in the first
 * text are filled.
 *
 * @returns `undefined` if it has none
 */
export function messageOf(values: readonly unknown[]): string | undefined {
  const [first, ...others] = values;
  let used = 0;
  const filled =
    typeof first === 'string'
      ? first.replace(PLACEHOLDER, (placeholder) => {
          if (placeholder === '%%') return others.length > 0 ? '%' : placeholder;
          if (used >= others.length) return placeholder;
          const value = others[used++];
          // The style of a browser's console.
          return placeholder === '%c' ? '' : (textOf(value) ?? JSON.stringify(value));
        })
      : textOf(first);
  const texts = [filled, ...others.slice(used).map(textOf)].filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join(' ');
}
