import type { Answer } from '../engine/http.ts';
import { type Entry, joinBodies } from '../engine/batch.ts';
import type { Encoded, Sink, SourceLine, Verdict } from '../engine/types.ts';
import { statusVerdict } from './answers.ts';
import { readLine, spell } from './convert.ts';
import { createHttpSink } from './http-sink.ts';
import type { Secret } from '@spanline/core/remote';
import { shortenTo } from './shorten.ts';
import {
  checkKeys,
  checkName,
  checkSecret,
  checkUrl,
  failOption,
  HTTP_KEYS,
  type HttpSinkOptions,
  type SinkSpec,
  toHttpSpec,
} from './spec.ts';

/** Options of {@link datadog}. */
export interface DatadogOptions extends HttpSinkOptions {
  apiKey: Secret;
  /** @defaultValue `DD_SITE`, else `datadoghq.com` */
  site?: string;
  /** Another address of the intake, such as a proxy's. @defaultValue `https://http-intake.logs.<site>` */
  url?: string;
}

type Spec = Extract<SinkSpec, { kind: 'datadog' }>;

const KEYS = ['apiKey', 'site', 'url', ...HTTP_KEYS];
const SITES: readonly string[] = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
];
/** The intake takes 5 MB and 1000 logs. */
const LIMITS = { bytes: 4_250_000, entries: 1000, lingerMs: 2000 };
/** The intake takes 1 MB for one log, and cuts a longer one in the middle of its JSON. */
const MAX_LOG_BYTES = 950_000;

/**
 * Datadog's logs intake (v2): at most 1000 logs and 4.25 MB for one request. A log above 950 kB loses the end of its longest texts, marked `…[+N bytes]`, because Datadog would cut
 * its JSON.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { datadog } from '@spanline/ship';
 *
 * const sink = datadog({ apiKey: { env: 'DD_API_KEY' }, site: 'datadoghq.eu' });
 * ```
 */
export function datadog(options: DatadogOptions): SinkSpec {
  checkKeys('datadog', options, KEYS);
  const site = options.site ?? (process.env['DD_SITE'] || 'datadoghq.com');
  if (!SITES.includes(site)) failOption('datadog.site', `one of ${SITES.join(', ')}`, site);
  const url = checkUrl('datadog.url', options.url ?? `https://http-intake.logs.${site}`);
  const key = { secret: checkSecret('datadog.apiKey', options.apiKey) };
  return {
    kind: 'datadog',
    name: checkName('datadog', options.name),
    http: toHttpSpec('datadog', url, { 'dd-api-key': key }, options),
  };
}

function encode(line: SourceLine): Encoded {
  const read = readLine(line);
  if ('isBlank' in read) return { kind: 'skip' };
  if ('problem' in read) return { kind: 'reject', reason: read.problem };
  const log = spell(read.parsed, 'datadog');
  log['ddsource'] ??= 'nodejs';
  const short = shortenTo(log, MAX_LOG_BYTES);
  if (short === undefined) return { kind: 'reject', reason: 'the line is too large for one log' };
  return { kind: 'entry', parts: [short.text, ','], shortened: short.cut.length > 0 };
}

/** Each body ends with a comma; the last one is in the way. */
function toArray(entries: readonly Entry[]): Buffer {
  return Buffer.concat([Buffer.from('['), joinBodies(entries).subarray(0, -1), Buffer.from(']')]);
}

/** What an answer of the intake means. A page of a proxy that says 200 is none of it. */
function classifyIntake(answer: Answer): Verdict {
  const byStatus = statusVerdict(answer);
  if (byStatus !== undefined) return byStatus;
  if (/^text\/html/i.test(answer.headers['content-type'] ?? '')) {
    return { kind: 'retry', reason: `${answer.status} with a web page for an answer` };
  }
  return { kind: 'stored' };
}

/** The sink of a spec. */
export function createDatadogSink({ name, http }: Spec): Sink {
  return createHttpSink({
    name,
    http,
    path: '/api/v2/logs',
    contentType: 'application/json',
    limits: LIMITS,
    encode,
    body: toArray,
    classify: classifyIntake,
  });
}
