/** One request: the page, the API, or the stream of changes. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClusterSource, defaultCacheDir, open, type QuerySource } from '@spanline/query';
import { ANNOTATIONS, API } from '../contract/index.ts';
import { createAnnotations } from './annotations.ts';
import { createApi } from './api/index.ts';
import { setSafeHeaders } from './guard.ts';
import { createLive } from './live.ts';
import { createEmbed, type Embed, type EmbedOptions } from './map/embed.ts';
import { withCache } from './map/vector-cache.ts';
import { readPage } from './page-files.ts';
import { refuse } from './refuse.ts';
import { createStore } from './store.ts';

/** Answers requests about one source. Paths are those after the place where the viewer is mounted. */
export interface Viewer {
  answer(path: string, url: URL, request: IncomingMessage, response: ServerResponse): void;
  /** @throws SpanlineError `ERR_INVALID_OPTION` if the source has no file */
  check(): Promise<unknown>;
  close(): void;
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

/** A source of files, and a file of scores. A cluster or a stream is asked alone. */
function withFile(source: QuerySource, file: string): QuerySource {
  if (typeof source === 'string') return /^https?:/i.test(source) ? source : [source, file];
  return Array.isArray(source) ? [...(source as readonly string[]), file] : source;
}

/** The vectors of an endpoint are kept beside the indexes of logs, whose folder is swept. */
const embedOf = (options: EmbedOptions): Embed =>
  withCache(createEmbed(options), `${defaultCacheDir()}-vectors`, `${options.url} ${options.model}`);

/**
 * @param options - `annotate`: file that scores are appended to; without one, the viewer only reads. `embed`: endpoint
 *   that gives vectors for maps; without one, nothing is sent
 * @throws SpanlineError for a source that is none, or if the page is not built
 */
export function createViewer(
  source: QuerySource,
  { annotate: annotations, embed }: { readonly annotate?: string; readonly embed?: EmbedOptions } = {},
): Viewer {
  const annotate = annotations === undefined ? undefined : createAnnotations(annotations);
  const query = open(annotations === undefined ? source : withFile(source, annotations));
  const store = createStore(query);
  const sendPage = readPage();
  const answerApi = createApi({
    query,
    store,
    sources: namesOf(source),
    canAnnotate: annotate !== undefined,
    embed: embed && embedOf(embed),
  });
  const live = createLive(query, store.changed);
  return {
    answer(path, url, request, response) {
      setSafeHeaders(response);
      if (path === `${API}/live`) {
        if (!live.add(response)) refuse(response, 503, 'too many pages are open');
      } else if (request.method === 'POST') {
        if (annotate === undefined || path !== ANNOTATIONS) refuse(response, 405, 'the viewer only reads');
        else void annotate(request, response);
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
