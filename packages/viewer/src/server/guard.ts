/**
 * Who may ask. A page of another site can send requests to a loopback port, and by DNS rebinding even read the answers.
 * Each request is therefore checked for its host, for the site that sent it, and for a cookie that only the printed
 * address sets.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Why a request is refused. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 415 | 421;
  readonly reason: string;
}

/** Headers of every answer. The page loads nothing from elsewhere, and no other page may frame or read it. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Sets the headers of every answer. */
export function setSafeHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/**
 * A request that writes: only the page itself can send it. A form of another site has another type of content, and a
 * script of another site has another origin.
 */
function refuseWrite({ headers }: IncomingMessage): Refusal | undefined {
  if (headers.origin === undefined) return { status: 403, reason: 'the origin of this request is not known' };
  const isJson = /^application\/json(?:;|$)/i.test(headers['content-type'] ?? '');
  return isJson ? undefined : { status: 415, reason: 'send JSON' };
}

/**
 * A refusal of requests that another site sent, or that would write.
 *
 * @param canWrite - a `POST` to the place of the request may write
 */
export function refuseForeign(request: IncomingMessage, canWrite = false): Refusal | undefined {
  const { method, headers } = request;
  const isWrite = canWrite && method === 'POST';
  const wrong = isWrite ? refuseWrite(request) : undefined;
  if (wrong !== undefined) return wrong;
  if (!isWrite && method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'the viewer only reads' };
  const site = headers['sec-fetch-site'];
  // The first visit comes from the address bar, or from a link in another application.
  const isVisit = !isWrite && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit)
    return { status: 403, reason: 'another site sent this request' };
  const { origin, host } = headers;
  if (origin !== undefined && (host === undefined || !URL.canParse(origin) || new URL(origin).host !== host))
    return { status: 403, reason: 'another origin sent this request' };
  return undefined;
}

/** Reads one cookie. */
function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Checks the requests of a viewer on a port of its own. */
export interface Guard {
  /** The token of the printed address. */
  readonly token: string;
  /**
   * @returns a refusal; `entered` if the request brought the token, so that the cookie must be set; `undefined` if the
   * request may pass
   */
  check(request: IncomingMessage, url: URL): Refusal | 'entered' | undefined;
  /** The `Set-Cookie` header of a request that entered. */
  readonly setCookie: string;
}

/**
 * @param hosts - exact values of the Host header
 * @param port - names the cookie: cookies of one host are shared by all of its ports
 * @param writable - path that may be written to
 */
export function createGuard(hosts: ReadonlySet<string>, port: number, writable?: string): Guard {
  const token = randomBytes(18).toString('base64url');
  const secret = randomBytes(18).toString('base64url');
  const name = `spanline-viewer-${port}`;
  return {
    token,
    setCookie: `${name}=${secret}; HttpOnly; SameSite=Strict; Path=/`,
    check(request, url) {
      if (!hosts.has(request.headers.host ?? '')) return { status: 421, reason: 'unknown host' };
      const foreign = refuseForeign(request, url.pathname === writable);
      if (foreign !== undefined) return foreign;
      const given = url.searchParams.get('token');
      if (given !== null && url.pathname === '/')
        return isSame(given, token)
          ? 'entered'
          : { status: 401, reason: 'the token is wrong: open the address that was printed last' };
      const cookie = cookieOf(request.headers.cookie, name);
      return cookie !== undefined && isSame(cookie, secret)
        ? undefined
        : { status: 401, reason: 'open the address that `spanline view` printed' };
    },
  };
}
