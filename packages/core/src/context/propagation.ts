/** W3C trace context and baggage in headers. */
import type { RemoteContext } from '../api/index.ts';
import { admitList, eachField, readProperty } from '../gate/index.ts';
import { isSpanId, isTraceId } from './ids.ts';

/** W3C `sampled` flag. */
export const FLAG_SAMPLED = 1;
/** W3C level 2 `random-trace-id` flag. */
export const FLAG_RANDOM = 2;

/** Headers in the shape of Node's `IncomingMessage.headers`. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

const VERSION_00_LENGTH = 55;
const HEX_PAIR = /^[0-9a-f]{2}$/;

/**
 * Parses a `traceparent` value exactly as W3C Trace Context level 2 defines it:
 *
 * - Only lower-case hex is valid. Version `ff` and all-zero ids are invalid.
 * - Version `00` has exactly 55 characters. A higher version may continue after a dash.
 * - Unknown flags are zeroed.
 */
export function parseTraceparent(value: string): RemoteContext | undefined {
  if (value.length < VERSION_00_LENGTH) return undefined;
  if (value[2] !== '-' || value[35] !== '-' || value[52] !== '-') return undefined;
  const version = value.slice(0, 2);
  const flags = value.slice(53, 55);
  if (!HEX_PAIR.test(version) || version === 'ff' || !HEX_PAIR.test(flags)) return undefined;
  if (version === '00' ? value.length !== VERSION_00_LENGTH : value.length > VERSION_00_LENGTH && value[55] !== '-') {
    return undefined;
  }
  const traceId = value.slice(3, 35);
  const spanId = value.slice(36, 52);
  if (!isTraceId(traceId) || !isSpanId(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & (FLAG_SAMPLED | FLAG_RANDOM) };
}

/** Formats a `traceparent` of version `00`. */
export function formatTraceparent(traceId: string, spanId: string, traceFlags: number): string {
  return `00-${traceId}-${spanId}-${formatFlags(traceFlags)}`;
}

/** Flags of all spans but those of a caller with others. */
const KNOWN_FLAGS = ['00', '01', '02', '03'];

/** Formats trace flags as two hex digits. */
export function formatFlags(traceFlags: number): string {
  return KNOWN_FLAGS[traceFlags] ?? (traceFlags & 0xff).toString(16).padStart(2, '0');
}

const MEMBER_KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const MEMBER_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MAX_MEMBERS = 32;
const MAX_TRACESTATE = 8192;

/**
 * Validates a `tracestate` list. Returns `undefined` for an invalid list and one over 8 KiB. Keeps the first 32
 * members.
 */
export function parseTracestate(value: string): string | undefined {
  if (value.length > MAX_TRACESTATE) return undefined;
  const members: string[] = [];
  const seen = new Set<string>();
  for (const part of value.split(',')) {
    const member = part.trim();
    if (member === '') continue;
    const equals = member.indexOf('=');
    const key = member.slice(0, equals);
    if (equals < 1 || !MEMBER_KEY.test(key) || !MEMBER_VALUE.test(member.slice(equals + 1)) || seen.has(key)) {
      return undefined;
    }
    seen.add(key);
    if (members.length < MAX_MEMBERS) members.push(member);
  }
  return members.length === 0 ? undefined : members.join(',');
}

const MAX_BAGGAGE_MEMBERS = 64;
const MAX_BAGGAGE_BYTES = 8192;
const BAGGAGE_KEY = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/;

/** Percent-decodes. Invalid sequences become U+FFFD, as the Baggage specification requires. */
function percentDecode(value: string): string {
  if (!value.includes('%')) return value;
  const bytes: number[] = [];
  const raw = Buffer.from(value, 'utf8');
  for (let index = 0; index < raw.length; index++) {
    const byte = raw[index] ?? 0;
    const pair = byte === 0x25 ? raw.toString('latin1', index + 1, index + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      index += 2;
    } else {
      bytes.push(byte);
    }
  }
  return Buffer.from(bytes).toString('utf8');
}

/**
 * Parses a W3C `baggage` value: at most 64 members and 8,192 bytes, whole members only, without their properties. It
 * comes from outside: callers must copy allow-listed keys only.
 */
export function parseBaggage(value: string): Record<string, string> {
  const result: Record<string, string> = Object.create(null);
  let members = 0;
  let bytes = 0;
  let from = 0;
  while (from <= value.length && members < MAX_BAGGAGE_MEMBERS) {
    const comma = value.indexOf(',', from);
    const end = comma === -1 ? value.length : comma;
    bytes += end - from + 1;
    if (bytes > MAX_BAGGAGE_BYTES) break;
    const member = value.slice(from, end);
    from = end + 1;
    members++;
    const pair = member.split(';', 1)[0] ?? '';
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    if (equals > 0 && BAGGAGE_KEY.test(key)) result[key] = percentDecode(pair.slice(equals + 1).trim());
  }
  return result;
}

/** Formats a `baggage` value. */
export function formatBaggage(baggage: Readonly<Record<string, string>>): string {
  return Object.entries(baggage)
    .filter(([key]) => BAGGAGE_KEY.test(key))
    .map(([key, value]) => `${key}=${encodeURIComponent(Buffer.from(value).toString())}`)
    .join(',');
}

/** Returns the value of a header, whose name is case-insensitive. Several values are joined (RFC 9110, 5.3). */
function header(headers: HeaderMap, name: string): string | undefined {
  let found = readProperty(headers, name);
  if (found === undefined) {
    eachField(headers, (key, value) => {
      if (found === undefined && key.length === name.length && key.toLowerCase() === name) found = value;
    });
  }
  if (typeof found === 'string') return found;
  return admitList(name, found, { leftOut: undefined })?.join(',');
}

/**
 * Reads `traceparent`, `tracestate` and `baggage`. Returns `undefined` if the `traceparent` is invalid or came twice:
 * the trace restarts, and the `tracestate` is dropped. An invalid `tracestate` does not affect the `traceparent`.
 */
export function extractContext(headers: HeaderMap): RemoteContext | undefined {
  const parent = parseTraceparent(header(headers, 'traceparent')?.trim() ?? '');
  if (parent === undefined) return undefined;
  const traceState = parseTracestate(header(headers, 'tracestate') ?? '');
  const baggage = header(headers, 'baggage');
  return {
    ...parent,
    ...(traceState === undefined ? {} : { traceState }),
    ...(baggage === undefined ? {} : { baggage: parseBaggage(baggage) }),
  };
}
