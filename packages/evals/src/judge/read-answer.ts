/** The verdict in a model's answer. */
import type { Verdict } from '../feedback/verdict.ts';
import type { Scale } from './scale.ts';

/** Texts longer than this are no verdict. */
const MAX_ANSWER = 100_000;
const MAX_OBJECTS = 50;

/** The end of the JSON object that begins at `from`; -1 if it does not end. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  let isText = false;
  for (let at = from; at < text.length; at++) {
    const letter = text[at];
    if (isText) {
      if (letter === '\\') at++;
      else if (letter === '"') isText = false;
    } else if (letter === '"') isText = true;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return at + 1;
  }
  return -1;
}

/** The JSON objects in an answer, whatever stands around them: prose, a fenced block. */
function* objectsIn(text: string): Generator<Readonly<Record<string, unknown>>> {
  let from = text.indexOf('{');
  for (let tried = 0; from !== -1 && tried < MAX_OBJECTS; tried++) {
    const end = endOfObject(text, from);
    let found: unknown;
    try {
      found = end === -1 ? undefined : JSON.parse(text.slice(from, end));
    } catch {
      // A brace of prose.
    }
    if (found !== undefined) yield found as Readonly<Record<string, unknown>>;
    from = text.indexOf('{', found === undefined ? from + 1 : end);
  }
}

/** A model that thinks aloud ends with its verdict. A text without the id, such as a quoted one, is none. */
const isOwn = ({ id }: Readonly<Record<string, unknown>>, expected: string): boolean =>
  typeof id === 'string' && id.trim() === expected;

/**
 * Reads the verdict in a model's answer.
 *
 * @returns the verdict, or why there is none
 */
export function readAnswer(text: string, id: string, scale: Scale): Verdict | string {
  if (text.length > MAX_ANSWER) return 'its answer is too long';
  const verdicts = [...objectsIn(text)].filter((object) => isOwn(object, id));
  const [first] = verdicts;
  if (first === undefined) return 'its answer has no verdict with the id that was asked for';
  const { member } = scale;
  if (verdicts.some((verdict) => verdict[member] !== first[member])) return 'its answer has several verdicts';
  const read = scale.read(first[member]);
  if (read === undefined) return `its ${member} is not ${scale.described}`;
  const { reason } = first;
  return typeof reason === 'string' && reason !== '' ? { ...read, explanation: reason } : read;
}
