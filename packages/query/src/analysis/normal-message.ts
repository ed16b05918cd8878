/** Messages of errors without the parts that differ from one to the next. */

import { readableMessage } from '@spanline/record';

/** Longest message that is looked at, and longest result. */
const MAX_READ = 2000;
const MAX_LENGTH = 200;

/** Parts that differ, the most specific first. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+/gi, '<url>'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/(?:\/[\w.@~-]+){2,}/g, '<path>'],
  // Ids: long runs of digits and letters. Names of models and versions are shorter.
  [/\b(?=[\da-f]*\d)[\da-f]{8,}\b/gi, '<id>'],
  [/\b(?=\w*\d)(?=\w*[a-z])\w{10,}\b/gi, '<id>'],
  [/"[^"]*"|(?<!\w)'[^'\n]{1,200}'(?!\w)|`[^`]*`/g, '<text>'],
  [/(?<![\w.-])\d+(?:[.,]\d+)*|(?<=[-_#])\d{3,}(?!\w)/g, '<n>'],
];

/** The message, readable, with a placeholder for each id, number, quoted text, address and time. */
export function normalMessage(message: string): string {
  let normal = readableMessage(message).slice(0, MAX_READ).toWellFormed();
  for (const [pattern, placeholder] of PARTS) normal = normal.replaceAll(pattern, placeholder);
  normal = normal.replaceAll(/\s+/g, ' ').trim();
  return normal.length > MAX_LENGTH ? `${normal.slice(0, MAX_LENGTH)}…`.toWellFormed() : normal;
}
