/** Requests to the API. */

import { type Annotation, ANNOTATIONS, API, type ErrorAnswer, type LiveEvent } from '../src/contract/index.ts';

/** A request that failed, in words for a person. */
export class AskError extends Error {
  readonly status: number;
  readonly answer: ErrorAnswer;

  constructor(status: number, answer: ErrorAnswer) {
    super(answer.error);
    this.status = status;
    this.answer = answer;
  }
}

/** Why a request has no answer. An error that is none of the server's has status 0. */
export const faultOf = (error: unknown): AskError =>
  error instanceof AskError ? error : new AskError(0, { error: String(error) });

type Parameters = Readonly<Record<string, string | number>>;

/** The address of a path of the API; empty parameters are left out. */
function addressOf(path: string, parameters: Parameters): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return `.${API}/${path}${query === '' ? '' : `?${query}`}`;
}

/** Finds the answer of a path in the page itself. */
type FindAnswer = (path: string) => unknown;

let findAnswer: FindAnswer | undefined;

/** Answers come from the page from now on, and no server is asked. */
export function answerFrom(find: FindAnswer): void {
  findAnswer = find;
}

/** Whether the page is a file with its answers. */
export const isFile = (): boolean => findAnswer !== undefined;

/** Asks for an answer. @throws AskError */
export async function ask<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
  if (findAnswer !== undefined) {
    const answer = findAnswer(path);
    if (answer === undefined) throw new AskError(404, { error: 'this file does not have it' });
    return answer as Answer;
  }
  const response = await fetch(addressOf(path, parameters), signal === undefined ? {} : { signal });
  if (response.ok) return (await response.json()) as Answer;
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  throw new AskError(
    response.status,
    isJson ? ((await response.json()) as ErrorAnswer) : { error: await response.text() },
  );
}

/** Writes a score. @throws AskError */
export async function annotate(annotation: Annotation): Promise<void> {
  const response = await fetch(`.${ANNOTATIONS}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(annotation),
  });
  if (!response.ok) throw new AskError(response.status, { error: await response.text() });
}

/** Calls back whenever the source has new lines. @returns a function that ends it */
export function watch(onChange: (event: LiveEvent) => void): () => void {
  if (findAnswer !== undefined) return () => {};
  const events = new EventSource(`.${API}/live`);
  events.addEventListener('message', ({ data }) => onChange(JSON.parse(String(data)) as LiveEvent));
  return () => events.close();
}
