/** Texts for people. Names of steps and messages of errors are in them, which may hold any character. */

/** Control characters but the line break. */
const CONTROLS = /(?!\n)\p{Cc}+/gu;

/** A text that every service takes: each run of control characters is a space, and no half of a character is left. */
export function messageText(text: string): string {
  return text.toWellFormed().replaceAll(CONTROLS, ' ');
}

/** The same, as one line. */
export function messageLine(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
}

/** Shortens a text to `max` UTF-16 units, and not within a character. Its last one is then `…`. */
export function shorten(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
