/** VictoriaLogs as a target of `_bulk`. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { RedactLine } from '../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../contracts/sink.ts';
import { authorization, type BulkConfig, createBulkSink, type Fit } from './bulk.ts';
import {
  HTTP_SHAPE,
  type HttpSinkOptions,
  pairCheck,
  secretCheck,
  specOf,
  toHttpTarget,
  urlCheck,
} from './http-options.ts';
import { namesOfCut, shortenTo } from './shorten.ts';

/** Options of {@link victorialogs}. */
export interface VictorialogsOptions extends HttpSinkOptions {
  /** @defaultValue `http://localhost:9428` */
  url?: string;
  /**
   * Fields that distinguish log streams. Their values must be few.
   * @defaultValue `['service.name', 'deployment.environment.name']`
   */
  streamFields?: readonly string[];
  /** The server's `-insert.maxLineSizeBytes`. Longer lines are shortened. @defaultValue 262,144 */
  maxLineBytes?: number;
  /** `user:password`. */
  basic?: Secret;
  /** Token of a proxy in front of it. */
  bearer?: Secret;
}

interface VictorialogsConfig extends BulkConfig {
  readonly streamFields: readonly string[];
  readonly maxLineBytes: number;
}

const SHAPE: Shape<VictorialogsOptions> = {
  ...HTTP_SHAPE,
  url: urlCheck(),
  streamFields: option.list(option.string()),
  maxLineBytes: option.number({ min: 10_000, integer: true }),
  basic: pairCheck('user:password'),
  bearer: secretCheck(),
};
const STREAM_FIELDS = ['service.name', 'deployment.environment.name'];
const MAX_LINE_BYTES = 262_144;
/** For the names of fields that were cut. */
const SPARE_BYTES = 2000;
/** `-insert.maxFieldsPerLine`. The server answers 201 for a line with more, and drops it. */
const MAX_FIELDS = 1000;
/** The server answers 201 for a line whose stream has a longer name than 64 KiB, and drops it. */
const MAX_STREAM_CHARACTERS = 10_000;

/**
 * Sends lines to VictoriaLogs, by its version of `_bulk`. It has no ids of documents, so a line that is sent twice is
 * stored twice, with the same `event.id`. A line above `maxLineBytes` loses the end of its longest texts, and
 * `spanline.truncated` names them.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { victorialogs } from '@spanline/ship';
 *
 * const sink = victorialogs({ url: 'http://victoria-logs:9428' });
 * ```
 */
export function victorialogs(options: VictorialogsOptions = {}): SinkSpec {
  checkOptions(SHAPE, options, 'victorialogs');
  const { url = 'http://localhost:9428', name = 'victorialogs' } = options;
  const { streamFields = STREAM_FIELDS, maxLineBytes = MAX_LINE_BYTES } = options;
  const fields = new URLSearchParams({
    _stream_fields: streamFields.join(','),
    _time_field: '@timestamp',
    _msg_field: 'message',
  });
  const http = toHttpTarget(url, authorization('victorialogs', options), options);
  const path = `/insert/elasticsearch/_bulk?${fields.toString()}`;
  const config: VictorialogsConfig = { http, path, profile: 'otel', streamFields, maxLineBytes };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

/** The number of fields that the server makes of a value: it flattens objects. */
function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + countFields(inner), 0);
}

const isTooLong = (value: unknown): boolean => typeof value === 'string' && value.length > MAX_STREAM_CHARACTERS;

/** Creates the sink from the options of its spec. @public */
export function createSink({ streamFields, maxLineBytes, ...config }: VictorialogsConfig, redact?: RedactLine): Sink {
  const fit: Fit = (fields, text) => {
    if (countFields(fields) > MAX_FIELDS) return { kind: 'reject', reason: `more than ${MAX_FIELDS} fields` };
    if (streamFields.some((key) => isTooLong(fields[key])))
      return { kind: 'reject', reason: 'a field of the stream is too long' };
    if (Buffer.byteLength(text) < maxLineBytes) return { kind: 'document', text };
    const short = shortenTo(fields, maxLineBytes - SPARE_BYTES);
    if (short === undefined) return { kind: 'reject', reason: 'the line is too large for one log' };
    fields['spanline.truncated'] = namesOfCut(fields['spanline.truncated'], short.cut);
    return { kind: 'document', text: JSON.stringify(fields), isShortened: true };
  };
  return createBulkSink(config, redact, fit);
}
