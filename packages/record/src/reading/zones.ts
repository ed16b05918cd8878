/** Dates beside the name of their zone. */

import { BoundedMap } from '../values/bounded-map.ts';
import { type ExactTime, readExactTime } from './time.ts';

const DAY_MS = 86_400_000;
const MAX_ZONES = 200;
/** Names of one zone everywhere. Others, such as `CET`, may mean several. */
const UTC = /^(?:UTC|GMT|Z|Etc\/UTC|Etc\/GMT)$/i;
const OFFSET = /^[+-]\d{2}:?\d{2}$/;
const REGION = /^[A-Za-z]{1,32}(?:\/[A-Za-z0-9_+-]{1,32}){1,2}$/;

const formats = new BoundedMap<string, Intl.DateTimeFormat | 'unknown'>(MAX_ZONES);

function formatOf(region: string): Intl.DateTimeFormat | undefined {
  let format = formats.get(region);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', { timeZone: region, timeZoneName: 'longOffset' });
    } catch {
      format = 'unknown';
    }
    formats.set(region, format);
  }
  return format === 'unknown' ? undefined : format;
}

/** The offset of a region at an instant, such as `+01:00`. */
function offsetAt(format: Intl.DateTimeFormat, ms: number): string | undefined {
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value;
  const [, offset = '+00:00'] = /^GMT([+-]\d{2}:\d{2})?$/.exec(name ?? '') ?? [];
  return name === undefined ? undefined : offset;
}

/** The offset that a region had when its clocks showed a time; the earlier of two, if they were set back over it. */
function offsetOf(region: string, local: string): string | undefined {
  const format = formatOf(region);
  if (format === undefined) return undefined;
  const asUtc = Date.parse(local);
  const before = offsetAt(format, asUtc - DAY_MS);
  const after = offsetAt(format, asUtc + DAY_MS);
  const fits = [before, after].find(
    (offset) => offset !== undefined && offsetAt(format, Date.parse(local.replace('Z', offset))) === offset,
  );
  return fits ?? before;
}

/**
 * Reads a date without a zone that stands beside the name of its zone.
 *
 * @param zone - an offset, `UTC`, or a region such as `Europe/Berlin`
 * @returns `undefined` if either is none. A zone with another name may mean several, so its time is not read.
 */
export function readTimeIn(date: unknown, zone: unknown, now: number): ExactTime | undefined {
  if (typeof date !== 'string' || typeof zone !== 'string') return undefined;
  if (UTC.test(zone)) return readExactTime(`${date}Z`, now);
  if (OFFSET.test(zone)) return readExactTime(`${date}${zone}`, now);
  // One day later, because a date in the west is a later instant than its digits say in UTC.
  const local = REGION.test(zone) ? readExactTime(`${date}Z`, now + DAY_MS) : undefined;
  const offset =
    local === undefined ? undefined : offsetOf(zone, `${local.time.slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`);
  return offset === undefined ? undefined : readExactTime(`${date}${offset}`, now);
}
