import { SpanlineError } from '@spanline/record';
import { isSecret, type Secret } from '@spanline/remote';

/** What every sink over HTTP has. */
export interface HttpSinkOptions {
  /**
   * Names the sink in checkpoints, dead letters and reports: letters, digits, `-` and `_`.
   * @defaultValue the kind of the sink
   */
  name?: string;
  /** PEM of the authority that signed the server's certificate. */
  ca?: string;
  /** @defaultValue true */
  gzip?: boolean;
  /** Longest time for one request, from the first byte sent to the last byte received. @defaultValue 30,000 */
  timeoutMs?: number;
  /** Most requests at once; fewer while the target answers 429. @defaultValue 2 */
  concurrency?: number;
  /** More headers of each request; their values may be keys. */
  headers?: Readonly<Record<string, Secret>>;
}

/** A header's value; with a scheme it is a credential of `Authorization`. */
export interface HeaderSpec {
  readonly secret: Secret;
  /** `Basic` and `ApiKey` take `a:b` and encode it. */
  readonly scheme?: 'ApiKey' | 'Basic' | 'Bearer';
}

/** How a sink over HTTP is reached. */
export interface HttpSpec {
  readonly url: string;
  readonly headers: Readonly<Record<string, HeaderSpec>>;
  readonly ca?: string;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  readonly concurrency: number;
}

/** A sink as plain data, made by `elasticsearch`, `datadog`, `otlp` or `file`: it can cross to the worker thread. */
export type SinkSpec =
  | {
      readonly kind: 'elasticsearch';
      readonly name: string;
      readonly http: HttpSpec;
      readonly index: string;
      readonly profile: 'ecs' | 'otel';
    }
  | { readonly kind: 'datadog'; readonly name: string; readonly http: HttpSpec }
  | { readonly kind: 'otlp'; readonly name: string; readonly http: HttpSpec; readonly encoding: 'protobuf' | 'json' }
  | { readonly kind: 'file'; readonly name: string; readonly path: string; readonly profile: SinkProfile };

/** How a file sink spells lines; `as-is` leaves them alone. */
export type SinkProfile = 'as-is' | 'otel' | 'ecs' | 'datadog';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CONCURRENCY = 2;

export function failOption(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

/** @throws SpanlineError `ERR_INVALID_OPTION` for an option that the sink does not have */
export function checkKeys(sink: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) failOption(sink, 'an object', options);
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) failOption(`${sink}.${key}`, `a known option (${known.join(', ')})`, 'an unknown one');
  }
}

/** A name becomes part of file names. @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkName(sink: string, name: string | undefined): string {
  const chosen = name ?? sink;
  return NAME.test(chosen) ? chosen : failOption(`${sink}.name`, 'letters, digits, - and _', chosen);
}

/** @throws SpanlineError `ERR_INVALID_OPTION` for what is no key; the message does not hold the value */
export function checkSecret(option: string, secret: Secret): Secret {
  return isSecret(secret) ? secret : failOption(option, 'a key, { env } or { file }', typeof secret);
}

/** A URL without credentials: they would stand in messages. @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkUrl(option: string, url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return failOption(option, 'an http or https URL', 'something else');
  }
  if (!['http:', 'https:'].includes(parsed.protocol)) failOption(option, 'an http or https URL', parsed.protocol);
  if (parsed.username !== '' || parsed.password !== '') {
    failOption(option, 'a URL without user and password', 'one with them');
  }
  return url.replace(/\/+$/, '');
}

function checkWhole(option: string, value: number, least: number): number {
  return Number.isSafeInteger(value) && value >= least
    ? value
    : failOption(option, `a whole number of at least ${least}`, value);
}

/** Names of the options in {@link HttpSinkOptions}. */
export const HTTP_KEYS: readonly (keyof HttpSinkOptions)[] = [
  'name',
  'ca',
  'gzip',
  'timeoutMs',
  'concurrency',
  'headers',
];

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function toHttpSpec(
  sink: string,
  url: string,
  headers: Readonly<Record<string, HeaderSpec>>,
  options: HttpSinkOptions,
): HttpSpec {
  const own = Object.entries(options.headers ?? {}).map(([name, value]): [string, HeaderSpec] => [
    name.toLowerCase(),
    { secret: checkSecret(`${sink}.headers`, value) },
  ]);
  if (options.ca !== undefined && !String(options.ca).includes('-----BEGIN ')) {
    failOption(`${sink}.ca`, 'a certificate as PEM, not its path', 'something else');
  }
  return {
    url,
    headers: { ...headers, ...Object.fromEntries(own) },
    gzip: options.gzip ?? true,
    timeoutMs: checkWhole(`${sink}.timeoutMs`, options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1),
    concurrency: checkWhole(`${sink}.concurrency`, options.concurrency ?? DEFAULT_CONCURRENCY, 1),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  };
}
