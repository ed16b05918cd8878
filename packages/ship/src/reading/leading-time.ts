/** The time that a line of text begins with, in the forms that servers and loggers write. */

import { readTime } from '@spanline/record';

const CLOCK = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
const ISO = String.raw`\d{4}[-/]\d\d[-/]\d\d[T ]${CLOCK}(?: ?(?:Z|[+-]\d\d:?\d\d))?`;
const MONTH = '[A-Z][a-z]{2}';
const SYSLOG = String.raw`${MONTH} {1,2}\d{1,2} (?:\d{4} )?${CLOCK}`;
/** Names of zones. Some mean several, so a time with one is not read. */
const ZONE_NAMES =
  'ACDT|ACST|AEDT|AEST|AKDT|AKST|ART|AST|AWST|BRT|BST|CAT|CDT|CEST|CET|CST|EAT|EDT|EEST|EET|EST|HKT|HST|ICT|IDT|IST|JST|KST|MDT|MSK|MST|NST|NZDT|NZST|PDT|PHT|PKT|PST|SAST|SGT|TRT|WAT|WEST|WET|WIB';
const NO_ZONE_NAME = String.raw`(?!\d|[.,]\d)(?! ?(?:${ZONE_NAMES})\b)`;

/** Each has the time as its first group. */
const FORMS = [
  // ISO 8601 and the like, also in brackets; PostgreSQL, IIS, Spring, gunicorn, Kafka, nginx's error log. With the
  // priority of syslog before it, and with the key of logfmt.
  `(?:<\\d{1,3}>(?:1 )?|\\[|(?:time|ts|timestamp|at)="?)?(${ISO})${NO_ZONE_NAME}`,
  `(?:<\\d{1,3}>)?(${SYSLOG})`,
  // Ruby and Rails: `I, [2026-03-04T10:20:30.456789 #7]`.
  `[A-Z], \\[(${ISO})`,
  // Apache's error log: `[Wed Mar 04 10:20:30.456789 2026]`.
  `\\[?([A-Z][a-z]{2} ${MONTH} {1,2}\\d{1,2} ${CLOCK} \\d{4})`,
  // Tomcat and Django: `04-Mar-2026 10:20:30.456`, `[04/Mar/2026 10:20:30]`.
  `\\[?(\\d\\d([-/])${MONTH}\\2\\d{4} ${CLOCK})${NO_ZONE_NAME}`,
  // Redis: `7:M 04 Mar 2026 10:20:30.456`.
  `\\d{1,10}:[A-Z] (\\d\\d ${MONTH} \\d{4} ${CLOCK})`,
  // Squid: `1772619630.456`.
  '(\\d{10}\\.\\d{3,9})(?= )',
].map((form) => new RegExp(`^${form}`));
/** Kubernetes and other programs in Go: `I0304 10:20:30.456789`, without a year. */
const KLOG = new RegExp(`^[IWEF](\\d\\d)(\\d\\d) (${CLOCK}) `);
/** In the brackets of an access log. */
const ACCESS = new RegExp(`^[^[\\n]{1,200}\\[(\\d\\d/${MONTH}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4})\\]`);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function leading(text: string): string | undefined {
  for (const form of FORMS) {
    const time = form.exec(text)?.[1];
    if (time !== undefined) return time;
  }
  const [, month, day, clock] = KLOG.exec(text) ?? [];
  return month === undefined ? undefined : `${MONTHS[Number(month) - 1]} ${day} ${clock}`;
}

/** Whether a text begins with a time. */
export const isDated = (text: string): boolean => leading(text) !== undefined;

/** The time at the start of a text, or in the brackets of an access log; ISO 8601 in UTC. */
export function timeOfText(text: string): string | undefined {
  return readTime(leading(text) ?? ACCESS.exec(text)?.[1], Date.now());
}
