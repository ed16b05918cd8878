import { checkOptions, option, type ParsedLine, parseLine, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { EncodedLine, SinkEntry, Sink, SinkBatch, SinkSpec } from '../contracts/sink.ts';
import type { SourceLine } from '../contracts/source.ts';
import {
  HTTP_SHAPE,
  type HttpSinkOptions,
  type HttpTarget,
  secretCheck,
  specOf,
  toHttpTarget,
  urlCheck,
} from './http-options.ts';
import { createHttpSink } from './http-sink.ts';
import { resultOfResponse } from './http-status.ts';
import { parseRecord, toProfile } from './line-format.ts';
import { createLinePolicy, type LinePolicy } from './line-policy.ts';
import { namesOfCut, shortenTo } from './shorten.ts';

/** Options of {@link datadog}. */
export interface DatadogOptions extends HttpSinkOptions {
  apiKey: Secret;
  /** @defaultValue `DD_SITE`, else `datadoghq.com` */
  site?: string;
  /** Another address of the intake, such as that of a proxy. @defaultValue `https://http-intake.logs.<site>` */
  url?: string;
}

interface DatadogConfig {
  readonly http: HttpTarget;
}

/** When an entry says it was logged, in milliseconds since the epoch. */
type LoggedAt = number;

const SITES = [
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
const SHAPE: Shape<DatadogOptions> = {
  ...HTTP_SHAPE,
  apiKey: option.required(secretCheck()),
  site: option.oneOf(SITES),
  url: urlCheck(),
};
/** The intake accepts 5 MB and 1000 logs. */
const LIMITS = { bytes: 4_250_000, entries: 1000, lingerMs: 2000 };
/** The intake accepts 1 MB per log, and cuts a longer one in the middle of its JSON. */
const MAX_LOG_BYTES = 950_000;
/**
 * The intake keeps logs that are up to 18 hours old or two hours ahead. It answers 202 for others too, and drops them.
 */
const MAX_AGE_MS = 17 * 3_600_000;
const MAX_AHEAD_MS = 3_600_000;

const isKept = (time: LoggedAt, now: number): boolean => time > now - MAX_AGE_MS && time < now + MAX_AHEAD_MS;

/** The site of the environment. */
export function defaultSite(): string {
  return process.env['DD_SITE'] || 'datadoghq.com';
}

/**
 * Sends logs to Datadog's intake (v2), at most 1000 logs and 4.25 MB per request.
 *
 * - A log above 950 kB loses the end of its longest texts, because Datadog would cut its JSON. Cut texts end with
 *   `…[+N bytes]`, and `spanline.truncated` names them.
 * - A log that is more than 17 hours old, or an hour ahead, gets the time of sending, because Datadog would drop it.
 *   Its own time is kept in `spanline.logged_at`.
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
  checkOptions(SHAPE, options, 'datadog');
  const { apiKey, name = 'datadog', site = defaultSite() } = options;
  checkOptions(SHAPE, { ...options, site }, 'datadog');
  const { url = `https://http-intake.logs.${site}` } = options;
  const config: DatadogConfig = { http: toHttpTarget(url, { 'dd-api-key': { secret: apiKey } }, options) };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

/** Sets the time of a log to now, and keeps its own in `spanline.logged_at`. */
function redate(log: Record<string, unknown>, now: number): void {
  const own = typeof log['spanline'] === 'object' && log['spanline'] !== null ? log['spanline'] : {};
  log['spanline'] = { ...own, logged_at: log['@timestamp'] };
  log['@timestamp'] = new Date(now).toISOString();
}

/** Adds the names of cut fields to `spanline.truncated`, as the tracer does. */
function withTruncated(log: Record<string, unknown>, cut: readonly string[]): Record<string, unknown> {
  const own = log['spanline'] as { truncated?: unknown } | undefined;
  return { ...log, spanline: { ...own, truncated: namesOfCut(own?.truncated, cut) } };
}

/** Converts a line to a log as JSON; `undefined` when it cannot be made short enough. */
function toLog(parsed: ParsedLine, now: number): { text: string; isShortened: boolean; time?: LoggedAt } | undefined {
  const log = toProfile(parsed, 'datadog');
  const own = Date.parse(String(log['@timestamp']));
  // Datadog fills in a time that is invalid.
  const time = Number.isNaN(own) ? undefined : isKept(own, now) ? own : now;
  if (time !== undefined && time !== own) redate(log, now);
  // Datadog reads `timestamp` by itself; `@timestamp` takes a pipeline.
  if (log['@timestamp'] !== undefined) log['timestamp'] = log['@timestamp'];
  log['ddsource'] ??= 'nodejs';
  const short = shortenTo(log, MAX_LOG_BYTES);
  if (short === undefined) return undefined;
  const isShortened = short.cut.length > 0;
  const text = isShortened ? JSON.stringify(withTruncated(log, short.cut)) : short.text;
  return { text, isShortened, ...(time === undefined ? {} : { time }) };
}

function encode(line: SourceLine, policy: LinePolicy): EncodedLine<LoggedAt> {
  const result = parseRecord(line);
  if (result.kind !== 'record') return result;
  const parsed = policy.apply(result.parsed);
  if (parsed === undefined) return { kind: 'skip' };
  const log = toLog(parsed, Date.now());
  if (log === undefined) return { kind: 'reject', reason: 'the line is too large for one log' };
  const { text, isShortened, time } = log;
  return { kind: 'entry', parts: [text, ','], shortened: isShortened, ...(time === undefined ? {} : { meta: time }) };
}

const isFresh = ({ meta }: SinkEntry<LoggedAt>, now: number): boolean => meta === undefined || isKept(meta, now);

/** A line may have waited for days since it was encoded. */
function bodyAt(entry: SinkEntry<LoggedAt>, now: number, policy: LinePolicy): Buffer {
  const whole = isFresh(entry, now) ? undefined : parseLine(entry.line);
  const parsed = whole === undefined ? undefined : policy.apply(whole);
  if (parsed === undefined) return entry.body;
  if (entry.meta !== undefined) parsed.record['@timestamp'] ??= new Date(entry.meta).toISOString();
  const log = toLog(parsed, now);
  return log === undefined ? entry.body : Buffer.from(`${log.text},`);
}

/** Each body ends with a comma; the last comma is dropped. */
function toArray(batch: SinkBatch<LoggedAt>, policy: LinePolicy): Buffer {
  const now = Date.now();
  const { entries } = batch;
  const areFresh = entries.every((entry) => isFresh(entry, now));
  const bodies = areFresh ? batch.body() : Buffer.concat(entries.map((entry) => bodyAt(entry, now, policy)));
  return Buffer.concat([Buffer.from('['), bodies.subarray(0, -1), Buffer.from(']')]);
}

/** Creates the sink from the options of its spec. @public */
export function createSink({ http }: DatadogConfig, redact?: RedactLine): Sink<LoggedAt> {
  const policy = createLinePolicy(http.capture, redact);
  return createHttpSink({
    http,
    path: '/api/v2/logs',
    contentType: 'application/json',
    limits: LIMITS,
    encode: (line) => encode(line, policy),
    body: (batch) => toArray(batch, policy),
    interpret: resultOfResponse,
  });
}
