import { type Check, option, type Shape } from '@spanline/record';
import { isSecret, type Secret } from '@spanline/remote';
import type { SinkSpec } from '../contracts/sink.ts';
import { captureOption, type PolicyOptions, redactOption, type SinkCapture } from './line-policy.ts';

/** Options of every sink that sends over HTTP. */
export interface HttpSinkOptions extends PolicyOptions {
  /**
   * Names the sink in checkpoints, dead letters and reports: letters, digits, `-` and `_`.
   * @defaultValue the kind of the sink
   */
  name?: string;
  /** PEM certificate of the authority that signed the server's certificate. */
  ca?: string;
  /** Compress requests. @defaultValue true */
  gzip?: boolean;
  /** Milliseconds from the first byte sent to the last byte received. @defaultValue 30,000 */
  timeoutMs?: number;
  /** Most requests at once. The sink uses fewer while the target answers 429. @defaultValue 2 */
  concurrency?: number;
  /** Additional headers of each request. Their values may be keys. */
  headers?: Readonly<Record<string, Secret>>;
}

/** The value of a header. With a scheme it is a credential of `Authorization`. */
export interface HeaderSpec {
  readonly secret: Secret;
  /** `Basic` and `ApiKey` take `a:b` and encode it. */
  readonly scheme?: 'ApiKey' | 'Basic' | 'Bearer';
}

/** The address of a target, and how to send to it. Plain data. */
export interface HttpTarget {
  readonly url: string;
  readonly capture: SinkCapture;
  readonly headers: Readonly<Record<string, HeaderSpec>>;
  readonly ca?: string;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  readonly concurrency: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CONCURRENCY = 2;

function isPlainUrl(value: unknown): boolean {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  return (url?.protocol === 'https:' || url?.protocol === 'http:') && url.username === '' && url.password === '';
}

/** Checks a {@link Secret}. The error message does not show the value. */
export function secretCheck(): Check<Secret> {
  return option.secret(option.like('a key as text, { env } or { file }', isSecret));
}

/** Checks a {@link Secret} of two parts, `a:b`. What a variable or a file has is read later. */
export function pairCheck(parts: string): Check<Secret> {
  return option.secret(
    option.like(
      `${parts} as text, { env } or { file }`,
      (value) => isSecret(value) && (typeof value !== 'string' || /^[^:]+:./.test(value.trim())),
    ),
  );
}

/** Checks a URL. Credentials are refused: they would appear in messages. */
export function urlCheck(): Check<string> {
  return option.secret(option.like('an http or https URL without user and password', isPlainUrl));
}

/** Checks the name of a sink, which becomes part of file names. */
export function nameCheck(): Check<string> {
  return option.like('a name of letters, digits, - and _', (value) => typeof value === 'string' && NAME.test(value));
}

/** Checks of {@link HttpSinkOptions}, to be spread into the shape of a sink's options. */
export const HTTP_SHAPE: Shape<HttpSinkOptions> = {
  name: nameCheck(),
  capture: captureOption,
  redact: redactOption,
  ca: option.secret(
    option.like('a certificate in PEM, not its path', (value) => String(value).includes('-----BEGIN ')),
  ),
  gzip: option.boolean(),
  timeoutMs: option.number({ min: 1, integer: true }),
  concurrency: option.number({ min: 1, integer: true }),
  headers: option.dictionary(secretCheck(), 'an object with names of HTTP headers', option.headerName()),
};

/** The parts of a spec that every sink has in common. */
export function specOf(name: string, { redact }: PolicyOptions): Pick<SinkSpec, 'name' | 'redact'> {
  return redact === undefined ? { name } : { name, redact };
}

/** Appends a path, which may have parameters, to a URL, which may have some of its own. */
export function withPath(base: string, path: string): string {
  const url = new URL(base);
  if (path === '') return url.href;
  const { pathname, searchParams } = new URL(path, url);
  url.pathname = url.pathname.replace(/\/+$/, '') + pathname;
  for (const [name, value] of searchParams) url.searchParams.append(name, value);
  return url.href;
}

/** Combines a sink's own headers with its {@link HttpSinkOptions}, whose headers win. */
export function toHttpTarget(
  url: string,
  headers: Readonly<Record<string, HeaderSpec>>,
  options: HttpSinkOptions,
): HttpTarget {
  const given = Object.entries(options.headers ?? {}).map(([name, secret]): [string, HeaderSpec] => [
    name.toLowerCase(),
    { secret },
  ]);
  return {
    url,
    capture: options.capture ?? 'full',
    headers: { ...headers, ...Object.fromEntries(given) },
    gzip: options.gzip ?? true,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
}
