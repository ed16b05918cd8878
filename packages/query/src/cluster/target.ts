/** The address of a cluster, its keys, and the limits of what is read from it. */

import { type Check, checkOptions, option, type ProfileName, type Shape, SpanlineError } from '@spanline/record';
import { isSecret, readSecret, type Secret } from '@spanline/remote';

/** Lines in Elasticsearch (7.17, 8, 9) or OpenSearch (2, 3). */
export interface ClusterSource {
  /**
   * URL of the cluster. It may hold `user:password@`, and the index as the last part of its path:
   * `https://reader:secret@es.example.com:9200/logs-spanline-*`.
   */
  url: string;
  /**
   * Data stream, index, alias, or patterns with commas.
   *
   * @defaultValue the last part of the URL, else `logs-spanline-*`
   */
  index?: string;
  /** API key, as Kibana shows it (encoded) or as `id:key`. */
  apiKey?: Secret;
  /** `user:password`. */
  basic?: Secret;
  /** Token of a service account or of OAuth. */
  bearer?: Secret;
  /** Additional headers of each request. Their values may be keys. */
  headers?: Readonly<Record<string, Secret>>;
  /** PEM certificate of the authority that signed the server's certificate. */
  ca?: string;
  /** PEM certificate of this client, with its private key. */
  cert?: string;
  /** PEM private key of {@link ClusterSource.cert}. */
  key?: Secret;
  /** Milliseconds from the first byte sent to the last byte received. @defaultValue 30,000 */
  timeoutMs?: number;
  /** Profile of the documents. @defaultValue found in the mappings */
  profile?: ProfileName;
  /** Most lines that one question reads. An answer that has fewer than there are says so. @defaultValue 100,000 */
  maxLines?: number;
  /** Most traces that `traces` lists, the newest ones. @defaultValue 1,000 */
  maxTraces?: number;
}

/** A checked {@link ClusterSource}. */
export interface ClusterTarget {
  /** Without user, password, index and the slash at the end. */
  readonly base: string;
  readonly index: string;
  readonly profile: ProfileName | undefined;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly timeoutMs: number;
  readonly maxLines: number;
  readonly maxTraces: number;
  /** Reads the keys anew. @throws SpanlineError `ERR_INVALID_OPTION` for a key that is missing */
  readKeys(): Keys;
}

/** Headers of a request, and the texts in them that no message may show. */
interface Keys {
  readonly headers: Readonly<Record<string, string>>;
  readonly hidden: readonly string[];
}

type Scheme = 'ApiKey' | 'Basic' | 'Bearer';

const URL_START = /^https?:\/\//i;
const INDEX = /^[^\s"\\<>|/?#A-Z]{1,1000}$/;
const DEFAULT_INDEX = 'logs-spanline-*';
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_LINES = 100_000;
const DEFAULT_TRACES = 1000;
/** More trace ids than a query takes. */
const MOST_TRACES = 10_000;

const isHttpUrl = (value: unknown): boolean =>
  typeof value === 'string' && URL_START.test(value) && URL.canParse(value);
const secret = (): Check<Secret> => option.secret(option.like('a key as text, { env } or { file }', isSecret));
const pem = (): Check<string> =>
  option.secret(option.like('PEM, not a path', (value) => String(value).includes('-----BEGIN ')));

const SHAPE: Shape<ClusterSource> = {
  url: option.required(option.secret(option.like('an http or https URL', isHttpUrl))),
  index: option.like('the name of a data stream, index or alias', (value) => INDEX.test(String(value))),
  apiKey: secret(),
  basic: secret(),
  bearer: secret(),
  headers: option.dictionary(secret(), 'an object with names of HTTP headers', option.headerName()),
  ca: pem(),
  cert: pem(),
  key: secret(),
  timeoutMs: option.number({ min: 1, integer: true }),
  profile: option.oneOf(['ecs', 'otel', 'datadog']),
  maxLines: option.number({ min: 1, integer: true }),
  maxTraces: option.number({ min: 1, max: MOST_TRACES, integer: true }),
};

/** Whether a source is the URL of a cluster, or an object with one. */
export function isClusterSource(source: unknown): source is string | ClusterSource {
  if (typeof source === 'string') return URL_START.test(source);
  return typeof source === 'object' && source !== null && !Array.isArray(source) && 'url' in source;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Address {
  readonly base: string;
  readonly index: string | undefined;
  readonly account: string | undefined;
}

/** Splits a URL. Its path is that of a proxy if the index is given apart. */
function addressOf(text: string, hasIndex: boolean): Address {
  const { protocol, host, username, password, pathname } = new URL(text);
  const parts = pathname.split('/').filter((part) => part !== '');
  const index = hasIndex ? undefined : parts.pop();
  const account = username === '' && password === '' ? undefined : `${decode(username)}:${decode(password)}`;
  return {
    base: [`${protocol}//${host}`, ...parts].join('/'),
    index: index === undefined ? undefined : decode(index),
    account,
  };
}

function fail(name: string, expected: string): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected });
}

function keyOf(name: string, value: Secret): string {
  return readSecret(value) ?? fail(`source.${name}`, 'a key: the variable or file that it names has none');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** `Basic` and `ApiKey` take `a:b` and encode it. */
function credential(scheme: Scheme, text: string): string {
  return `${scheme} ${scheme !== 'Bearer' && text.includes(':') ? base64(text) : text}`;
}

function authOf(source: ClusterSource, account: string | undefined): readonly [Scheme, string, Secret] | undefined {
  const { apiKey, basic, bearer } = source;
  const given: (readonly [Scheme, string, Secret])[] = [];
  if (account !== undefined) given.push(['Basic', 'url', account]);
  if (apiKey !== undefined) given.push(['ApiKey', 'apiKey', apiKey]);
  if (basic !== undefined) given.push(['Basic', 'basic', basic]);
  if (bearer !== undefined) given.push(['Bearer', 'bearer', bearer]);
  if (given.length > 1) fail('source', 'given at most one of apiKey, basic, bearer and user:password in the URL');
  return given[0];
}

/** Checks a source. @throws SpanlineError `ERR_INVALID_OPTION`; it never shows the URL or a key */
export function toTarget(source: string | ClusterSource): ClusterTarget {
  const given: ClusterSource = typeof source === 'string' ? { url: source } : source;
  checkOptions(SHAPE, given, 'source');
  const { base, index, account } = addressOf(given.url, given.index !== undefined);
  const name = given.index ?? index ?? DEFAULT_INDEX;
  if (!INDEX.test(name)) fail('source.index', 'the name of a data stream, index or alias');
  const auth = authOf(given, account);
  const { ca, cert, key } = given;
  if ((cert === undefined) !== (key === undefined)) fail('source.cert', 'given together with key');
  return {
    base,
    index: name,
    profile: given.profile,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key: keyOf('key', key) }),
    },
    timeoutMs: given.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxLines: given.maxLines ?? DEFAULT_LINES,
    maxTraces: given.maxTraces ?? DEFAULT_TRACES,
    readKeys() {
      const others = Object.entries(given.headers ?? {}).map(([header, value]): [string, string] => [
        header.toLowerCase(),
        keyOf(`headers.${header}`, value),
      ]);
      const hidden = others.map(([, text]) => text);
      if (auth === undefined) return { headers: Object.fromEntries(others), hidden };
      const [scheme, option, value] = auth;
      const text = keyOf(option, value);
      const authorization = credential(scheme, text);
      // A server may quote the password alone.
      hidden.push(text, authorization.slice(scheme.length + 1), text.slice(text.indexOf(':') + 1));
      return { headers: { authorization, ...Object.fromEntries(others) }, hidden };
    },
  };
}
