/** Topics of questions: the keyword of each. */

import { isPlainObject, list } from '@spanline/record';

const WORD = /[\p{L}][\p{L}\p{N}-]{3,40}/gu;
const MAX_TEXT = 4000;
const MAX_WORDS = 40;
const MAX_TOPICS = 30;
/** A word in more than this share of all questions does not distinguish them. */
const TOO_COMMON = 0.5;
const OTHER = '(other)';
const STOP: ReadonlySet<string> = new Set(
  (
    'about after also because been before being both could does doing done down each ever every from have having here ' +
    'into just like made make many more most much must need only other over please same shall should some such than ' +
    'that them then there these they this those very want were what when where which while will with would your'
  ).split(' '),
);

function lastQuestion(json: unknown): string {
  let messages: unknown = json;
  try {
    if (typeof json === 'string') messages = JSON.parse(json);
  } catch {
    return '';
  }
  const asked = list(messages).findLast((message) => isPlainObject(message) && message['role'] === 'user');
  if (!isPlainObject(asked)) return '';
  const texts = list(asked['parts']).map((part) => (isPlainObject(part) ? part['content'] : undefined));
  return texts.filter((content) => typeof content === 'string').join(' ');
}

/** The words of the last message of the user, each once. None if the content was not captured. */
export function wordsOf(messages: unknown): string[] {
  const words = new Set<string>();
  for (const [word] of lastQuestion(messages).slice(0, MAX_TEXT).toLowerCase().matchAll(WORD)) {
    if (!STOP.has(word)) words.add(word);
    if (words.size >= MAX_WORDS) break;
  }
  return [...words];
}

/**
 * Finds topics: the 30 most frequent words that fewer than half of the questions have.
 *
 * @returns the topic of a question, the most frequent one that it has: one for each, so that questions are independent
 */
export function topicsOf(questions: readonly (readonly string[])[]): (words: readonly string[]) => string {
  const counts = new Map<string, number>();
  for (const words of questions) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const topics = [...counts]
    .filter(([, count]) => count > 1 && count <= questions.length * TOO_COMMON)
    .toSorted(([a, one], [b, two]) => two - one || (a < b ? -1 : 1))
    .slice(0, MAX_TOPICS)
    .map(([word]) => word);
  return (words) => topics.find((topic) => words.includes(topic)) ?? OTHER;
}
