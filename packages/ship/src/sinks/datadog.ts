import { type ParsedLine, parseLine } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import { type Entry, joinBodies, lineOf } from '../engine/batch.ts';
import type { Answer } from '../engine/http.ts';
import type { Encoded, Sink, SourceLine, Verdict } from '../engine/types.ts';
import { statusVerdict } from './answers.ts';
import { readLine, spell } from './convert.ts';
import { createHttpSink } from './http-sink.ts';
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

/** The intake takes logs that are up to 18 hours old or two hours ahead; it answers 202 for others as well, and does not keep them. */
const OLDEST_MS = 17 * 3_600_000;
const NEWEST_MS = 3_600_000;

const isTaken = (time: number, now: number): boolean => time > now - OLDEST_MS && time < now + NEWEST_MS;

/**
 * Datadog's logs intake (v2): at most 1000 logs and 4.25 MB for one request. A log above 950 kB loses the end of its longest texts, marked `…[+N bytes]` and named in
 * `spanline.truncated`, because Datadog would cut its JSON. A log that is more than 17 hours old gets the time of sending, because Datadog would not keep it; its own stands in `spanline.logged_at`.
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

/** Not when a log says it was written, but when it came; what it says stands in `spanline.logged_at`. */
function redate(log: Record<string, unknown>, now: number): void {
  const own = typeof log['spanline'] === 'object' && log['spanline'] !== null ? log['spanline'] : {};
  log['spanline'] = { ...own, logged_at: log['@timestamp'] };
  log['@timestamp'] = new Date(now).toISOString();
}

/** Says on the log what was cut of it, as capture does. */
function withCuts(log: Record<string, unknown>, cut: readonly string[]): Record<string, unknown> {
  const own = log['spanline'] as { truncated?: unknown } | undefined;
  const before: unknown[] = Array.isArray(own?.truncated) ? own.truncated : [];
  return { ...log, spanline: { ...own, truncated: [...new Set([...before, ...cut])] } };
}

/** A line as a log of Datadog, as JSON. */
function toLog(
  parsed: ParsedLine,
  now: number,
): { text: string; isShort: boolean; time: number | undefined } | undefined {
  const log = spell(parsed, 'datadog');
  const own = Date.parse(String(log['@timestamp']));
  // A time that is none is Datadog's to fill in.
  const time = Number.isNaN(own) ? undefined : isTaken(own, now) ? own : now;
  if (time !== undefined && time !== own) redate(log, now);
  // What Datadog reads by itself; `@timestamp` takes a pipeline.
  if (log['@timestamp'] !== undefined) log['timestamp'] = log['@timestamp'];
  log['ddsource'] ??= 'nodejs';
  const short = shortenTo(log, MAX_LOG_BYTES);
  if (short === undefined) return undefined;
  const isShort = short.cut.length > 0;
  return { text: isShort ? JSON.stringify(withCuts(log, short.cut)) : short.text, isShort, time };
}

function encode(line: SourceLine): Encoded {
  const read = readLine(line);
  if ('isBlank' in read) return { kind: 'skip' };
  if ('problem' in read) return { kind: 'reject', reason: read.problem };
  const log = toLog(read.parsed, Date.now());
  if (log === undefined) return { kind: 'reject', reason: 'the line is too large for one log' };
  return {
    kind: 'entry',
    parts: [log.text, ','],
    shortened: log.isShort,
    ...(log.time === undefined ? {} : { time: log.time }),
  };
}

const isFresh = ({ time }: Entry, now: number): boolean => time === undefined || isTaken(time, now);

/** A line may have waited for days since it was encoded. */
function bodyAt(entry: Entry, now: number): Buffer {
  const parsed = isFresh(entry, now) ? undefined : parseLine(lineOf(entry));
  const log = parsed === undefined ? undefined : toLog(parsed, now);
  return log === undefined ? joinBodies([entry]) : Buffer.from(`${log.text},`);
}

/** Each body ends with a comma; the last one is in the way. */
function toArray(entries: readonly Entry[]): Buffer {
  const now = Date.now();
  const areFresh = entries.every((entry) => isFresh(entry, now));
  const bodies = areFresh ? joinBodies(entries) : Buffer.concat(entries.map((entry) => bodyAt(entry, now)));
  return Buffer.concat([Buffer.from('['), bodies.subarray(0, -1), Buffer.from(']')]);
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
