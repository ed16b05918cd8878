/** One request: the page, the API, or the stream of changes. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClusterSource, open, type QuerySource } from '@spanline/query';
import { API } from '../contract.ts';
import { createApi } from './api.ts';
import { setSafeHeaders } from './guard.ts';
import { createLive } from './live.ts';
import { readPage } from './page-files.ts';
import { createStore } from './store.ts';

/** Answers requests about one source. Paths are those after the place where the viewer is mounted. */
export interface Viewer {
  answer(path: string, url: URL, request: IncomingMessage, response: ServerResponse): void;
  /** @throws SpanlineError `ERR_INVALID_OPTION` if the source has no file */
  check(): Promise<unknown>;
  close(): void;
}

/** Refuses a request with a sentence. */
export function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${reason}\n`);
}

/** A source in words. The address of a cluster is shown without its password. */
function nameOf(source: string): string {
  if (!/^https?:/i.test(source)) return source;
  return URL.canParse(source) ? `${new URL(source).host}${new URL(source).pathname}` : 'a cluster';
}

const isCluster = (source: QuerySource): source is ClusterSource => typeof source === 'object' && 'url' in source;

function namesOf(source: QuerySource): string[] {
  if (typeof source === 'string') return [nameOf(source)];
  if (Array.isArray(source)) return source.map((entry) => nameOf(String(entry)));
  return [isCluster(source) ? nameOf(String(source.url)) : 'a stream'];
}

/** @throws SpanlineError for a source that is none, or if the page is not built */
export function createViewer(source: QuerySource): Viewer {
  const query = open(source);
  const store = createStore(query);
  const sendPage = readPage();
  const answerApi = createApi(query, store, namesOf(source));
  const live = createLive(() => query.size(), store.changed);
  return {
    answer(path, url, request, response) {
      setSafeHeaders(response);
      if (path === `${API}/live`) {
        if (!live.add(response)) refuse(response, 503, 'too many pages are open');
      } else if (path.startsWith(`${API}/`)) void answerApi(path, url, request, response);
      else if (!sendPage(path, request, response)) refuse(response, 404, 'not found');
    },
    check: () => query.size(),
    close() {
      live.close();
      store.close();
      void query.close();
    },
  };
}
