/** The JSON API. Each path is one function of its parameters. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { API } from '../../contract/index.ts';
import { type Answer, type Call, NOT_FOUND, type Routes } from './call.ts';
import { LIST_ROUTES } from './list-routes.ts';
import { send, toErrorAnswer } from './send.ts';
import { TRACE_ROUTES } from './trace-routes.ts';

const ROUTES: Routes = [...LIST_ROUTES, ...TRACE_ROUTES];

function match(path: string): { answer: Answer; parts: string[] } | undefined {
  const words = path.split('/');
  for (const [pattern, answer] of ROUTES) {
    const names = pattern.split('/');
    if (names.length !== words.length || !names.every((name, at) => name === '*' || name === words[at])) continue;
    try {
      return { answer, parts: words.filter((_, at) => names[at] === '*').map(decodeURIComponent) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Answers a request for a path below {@link API}. */
export type AnswerApi = (path: string, url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The source of the answers, the answers that are kept, and the options. */
type ApiParts = Pick<Call, 'query' | 'store' | 'sources' | 'canAnnotate' | 'embed'>;

export function createApi(source: ApiParts): AnswerApi {
  return async (path, { searchParams: parameters }, request, response) => {
    const found = match(path.slice(API.length + 1));
    if (found === undefined) {
      send(request, response, 404, { error: `no path ${path}` });
      return;
    }
    const left = new AbortController();
    response.once('close', () => left.abort());
    try {
      const answer = await found.answer({
        ...source,
        parameters,
        signal: left.signal,
        parts: found.parts,
      });
      if (answer === NOT_FOUND) send(request, response, 404, { error: 'no line has this id' });
      else send(request, response, 200, answer);
    } catch (error) {
      const { status, answer } = toErrorAnswer(error);
      send(request, response, status, answer);
    }
  };
}
