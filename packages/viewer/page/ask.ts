/** Requests to the API. */

import { API, type ErrorAnswer, type LiveEvent } from '../src/contract.ts';

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

type Parameters = Readonly<Record<string, string | number>>;

/** The address of a path of the API; empty parameters are left out. */
function addressOf(path: string, parameters: Parameters): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return `.${API}/${path}${query === '' ? '' : `?${query}`}`;
}

/** Asks for an answer. @throws AskError */
export async function ask<Answer>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(addressOf(path, parameters), signal === undefined ? {} : { signal });
  if (response.ok) return (await response.json()) as Answer;
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  throw new AskError(
    response.status,
    isJson ? ((await response.json()) as ErrorAnswer) : { error: await response.text() },
  );
}

/** Calls back whenever the source has new lines. @returns a function that ends it */
export function watch(onChange: (event: LiveEvent) => void): () => void {
  const events = new EventSource(`.${API}/live`);
  events.addEventListener('message', ({ data }) => onChange(JSON.parse(String(data)) as LiveEvent));
  return () => events.close();
}
