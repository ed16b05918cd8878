/** Finds answers of a model that is caught in a loop. */
import { type Message, repeatedShare } from '@spanline/record';

/** Number of words that have to repeat together. */
const WINDOW = 6;
/** Shorter answers are not measured: a model in a loop runs into its length limit. */
const MIN_CHARACTERS = 800;
const MAX_CHARACTERS = 65_536;

/**
 * Returns how much of a text repeats itself: the share of its sequences of six words that occur earlier in it. 0 for
 * prose, near 1 for a model in a loop, `undefined` for short texts.
 */
export function repeatRatio(text: string): number | undefined {
  if (text.length < MIN_CHARACTERS) return undefined;
  return repeatedShare(text.slice(0, MAX_CHARACTERS).split(/\s+/), WINDOW);
}

/** Joins the text parts of an answer. */
export function answerText(messages: readonly Message[]): string {
  let text = '';
  for (const { parts } of messages) {
    // The first parts of very many are absent.
    parts.forEach((part) => {
      if (part.type === 'text' && typeof part['content'] === 'string') text += part['content'];
    });
  }
  return text;
}
