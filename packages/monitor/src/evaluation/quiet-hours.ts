import { option, type Shape } from '@spanline/record';
import type { Severity } from '../rules/types.ts';

/** Hours in which warnings are not sent. Critical alerts are sent at any time. */
export interface QuietHours {
  /** Start, such as `22:00`. */
  from: string;
  /** End, exclusive, such as `07:00`; on the next day if it is before `from`. */
  to: string;
  /** IANA name. @defaultValue `UTC` */
  timeZone?: string;
}

const TIME = /^(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)$/;

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

const time = option.like<string>('a time such as 22:00', (value) => typeof value === 'string' && TIME.test(value));

/** Rules of {@link QuietHours}. */
export const QUIET_HOURS_SHAPE: Shape<QuietHours> = {
  from: option.required(time),
  to: option.required(time),
  timeZone: option.like(
    'an IANA time zone',
    (value) => typeof value === 'string' && formatterOf(value).resolvedOptions().timeZone !== '',
  ),
};

function minutesOf(text: string): number {
  const { hour, minute } = TIME.exec(text)?.groups ?? {};
  return Number(hour) * 60 + Number(minute);
}

/**
 * Decides whether a message is held back, by the wall clock of the time zone.
 *
 * @param hours - checked by the caller with {@link QUIET_HOURS_SHAPE}
 */
export function createQuietHours(hours: QuietHours | undefined): (epochMs: number, severity: Severity) => boolean {
  if (hours === undefined) return () => false;
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  const formatter = formatterOf(hours.timeZone ?? 'UTC');
  return (epochMs, severity) => {
    if (severity === 'critical') return false;
    const now = minutesOf(formatter.format(epochMs));
    return from <= to ? now >= from && now < to : now >= from || now < to;
  };
}
