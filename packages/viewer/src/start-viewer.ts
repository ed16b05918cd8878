import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { QuerySource } from '@spanline/query';
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { ANNOTATIONS } from './contract/index.ts';
import { createGuard, setSafeHeaders } from './server/guard.ts';
import { createViewer, type Viewer } from './server/handler.ts';
import { EMBED_SHAPE, type EmbedOptions } from './server/map/embed.ts';
import { refuse } from './server/refuse.ts';

/** Options of {@link startViewer}. */
export interface ViewerOptions {
  /** A path, a glob, a folder of rotated files, a spool; see {@link QuerySource}. */
  source: QuerySource;
  /** Port to listen on. @defaultValue any free one */
  port?: number;
  /**
   * Address to listen on. With any address but a loopback one, other machines can reach the viewer: who has the printed
   * address with its token can read the log.
   *
   * @defaultValue `127.0.0.1`
   */
  host?: string;
  /**
   * File that scores, labels and comments of the page are appended to, as score lines. It is read with the log. Without
   * it, the viewer only reads.
   */
  annotate?: string;
  /** Endpoint that gives vectors for maps of texts. @defaultValue words are counted, and nothing is sent */
  embed?: EmbedOptions;
}

/** A viewer that is running. */
export interface RunningViewer {
  /** The address to open, with the token of this run. */
  readonly url: string;
  readonly port: number;
  /** Closes the port and all connections. */
  close(): Promise<void>;
}

const SHAPE: Shape<ViewerOptions> = {
  source: { ...option.like<QuerySource>('a path, paths or a stream', (value) => value !== ''), isRequired: true },
  port: option.number({ min: 0, max: 65_535, integer: true }),
  host: option.string(),
  annotate: option.string(),
  embed: option.object(EMBED_SHAPE, 'an endpoint with url and model'),
};

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new SpanlineError({
          code: 'ERR_VIEWER_PORT',
          problem: `cannot listen on ${host}:${port} (${cause.code})`,
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Values of the Host header that are ours. Port 80 is left out of it by browsers. */
function hostsOf(host: string, port: number): Set<string> {
  const names = new Set([bracketed(host), '127.0.0.1', '[::1]', 'localhost']);
  return new Set([...names].flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]));
}

/**
 * Starts the viewer on a port of its own.
 *
 * - Only the printed address opens it: a token, which becomes a cookie, keeps other users and other sites out.
 * - Requests with another Host header, and those that another site sent, are refused.
 * - It reads; only with `annotate` it appends to that file. Only with `embed`, texts are sent to that endpoint.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, or `ERR_VIEWER_PORT` if the port is taken
 * @example
 * ```ts
 * import { startViewer } from '@spanline/viewer';
 *
 * const viewer = await startViewer({ source: 'logs/' });
 * console.log(viewer.url);
 * ```
 */
export async function startViewer(options: ViewerOptions): Promise<RunningViewer> {
  checkOptions(SHAPE, options);
  const { source, port = 0, host = '127.0.0.1', annotate, embed } = options;
  const viewer: Viewer = createViewer(source, {
    ...(annotate === undefined ? {} : { annotate }),
    ...(embed === undefined ? {} : { embed }),
  });
  await viewer.check();
  const server = createServer();
  const address = await listen(server, port, host);
  const guard = createGuard(
    hostsOf(host, address.port),
    address.port,
    annotate === undefined ? undefined : ANNOTATIONS,
  );
  server.on('request', (request, response) => {
    const base = `http://${bracketed(host)}:${address.port}`;
    if (!URL.canParse(request.url ?? '', base)) {
      refuse(response, 400, 'not an address');
      return;
    }
    const url = new URL(request.url ?? '', base);
    const checked = guard.check(request, url);
    setSafeHeaders(response);
    if (checked === 'entered') {
      response.writeHead(303, { location: './', 'set-cookie': guard.setCookie });
      response.end();
    } else if (checked === undefined) viewer.answer(url.pathname, url, request, response);
    else refuse(response, checked.status, checked.reason);
  });
  return {
    url: `http://${bracketed(host)}:${address.port}/?token=${guard.token}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        viewer.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
