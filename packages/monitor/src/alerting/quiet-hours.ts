import { SpanlineError } from '@spanline/core';
import type { Severity } from '../rules/types.ts';

/** When warnings are not sent, but held back and counted. Critical alerts are sent at any time. */
export interface QuietHours {
  /** `22:00`. */
  from: string;
  /** `07:00`, excluded; before `from`, it is that of the next day. */
  to: string;
  /** IANA name. @defaultValue `UTC` */
  timeZone?: string;
}

const TIME = /^(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)$/;

function minutesOf(option: string, time: unknown): number {
  const groups = TIME.exec(String(time))?.groups;
  if (groups === undefined) {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'a time such as 22:00', got: time });
  }
  return Number(groups['hour']) * 60 + Number(groups['minute']);
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  } catch {
    const option = 'quietHours.timeZone';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected: 'an IANA time zone', got: timeZone });
  }
}

/**
 * Tells whether a message of this severity is held back at a moment, by the clock on the wall of the time zone.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createQuietHours(hours: QuietHours | undefined): (epochMs: number, severity: Severity) => boolean {
  if (hours === undefined) return () => false;
  const from = minutesOf('quietHours.from', hours.from);
  const to = minutesOf('quietHours.to', hours.to);
  const formatter = formatterOf(hours.timeZone ?? 'UTC');
  return (epochMs, severity) => {
    if (severity === 'critical') return false;
    const [hour, minute] = formatter.format(epochMs).split(':').map(Number);
    const now = (hour ?? 0) * 60 + (minute ?? 0);
    return from <= to ? now >= from && now < to : now >= from || now < to;
  };
}
