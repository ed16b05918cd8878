import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QuerySource } from '@spanline/query';
import { checkOptions, option, type Shape } from '@spanline/record';
import { refuseForeign, setSafeHeaders } from './server/guard.ts';
import { createViewer } from './server/handler.ts';
import { refuse } from './server/refuse.ts';

/** Options of {@link viewer}. */
export interface RouterOptions<Request extends IncomingMessage = IncomingMessage> {
  /** A path, a glob, a folder of rotated files, a spool; see {@link QuerySource}. */
  source: QuerySource;
  /** Decides who may read the log. An error, or anything but `true`, is a refusal. */
  authorize: (request: Request) => boolean | Promise<boolean>;
}

/** Handles requests below the path where it is mounted. */
export interface ViewerRouter<Request extends IncomingMessage = IncomingMessage> {
  (request: Request, response: ServerResponse): void;
  /** Stops reading the source. */
  close(): void;
}

const SHAPE: Shape<RouterOptions> = {
  source: { ...option.like<QuerySource>('a path, paths or a stream', (value) => value !== ''), isRequired: true },
  authorize: { ...option.callback<RouterOptions['authorize']>(), isRequired: true },
};

const ORIGIN = 'http://viewer';

/**
 * The viewer as a handler for Express, behind a login of your own.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { viewer } from '@spanline/viewer';
 * import express from 'express';
 *
 * const app = express();
 * const authorize = (request: express.Request) => request.get('x-role') === 'admin';
 * app.use('/traces', viewer({ source: 'logs/', authorize }));
 * ```
 */
export function viewer<Request extends IncomingMessage>(options: RouterOptions<Request>): ViewerRouter<Request> {
  checkOptions<RouterOptions<Request>>(SHAPE, options);
  const { source, authorize } = options;
  const mounted = createViewer(source);

  async function handle(request: Request, response: ServerResponse): Promise<void> {
    setSafeHeaders(response);
    const foreign = refuseForeign(request);
    if (foreign !== undefined) {
      refuse(response, foreign.status, foreign.reason);
      return;
    }
    const mayRead: unknown = await Promise.resolve()
      .then(() => authorize(request))
      .catch(() => false);
    if (mayRead !== true) {
      refuse(response, 403, 'you may not read this log');
      return;
    }
    const { originalUrl = '' } = request as { originalUrl?: string };
    const path = originalUrl.split('?', 1)[0] ?? '';
    const url = new URL(request.url ?? '/', ORIGIN);
    if (url.pathname === '/' && path !== '' && !path.endsWith('/')) {
      // The page's own paths are relative to its folder.
      response.writeHead(308, { location: `${path.slice(path.lastIndexOf('/') + 1)}/` });
      response.end();
      return;
    }
    mounted.answer(url.pathname, url, request, response);
  }

  return Object.assign((request: Request, response: ServerResponse) => void handle(request, response), {
    close: () => mounted.close(),
  });
}
