import { SpanlineError } from '@spanline/core';
import type { Alert, Channel } from '../alerting/types.ts';
import { optionsOf } from '../options.ts';

/** An e-mail. */
export interface EmailMessage {
  /** One line. */
  subject: string;
  text: string;
}

const MAX_SUBJECT = 200;

function textOf(alert: Alert): string {
  const lines = [
    alert.message,
    ...alert.causes.map(({ evidence }) => `- ${evidence}`),
    ...(alert.traceIds.length === 0 ? [] : [`Traces: ${alert.traceIds.join(' ')}`]),
    ...(alert.command === '' ? [] : [alert.command]),
  ];
  return lines.join('\n');
}

/**
 * Hands a subject and a text to a function that sends e-mail, by whatever the application sends it with.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function email(options: { send: (message: EmailMessage, signal: AbortSignal) => unknown }): Channel {
  const { send } = optionsOf(options);
  if (typeof send !== 'function') {
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'send', expected: 'a function', got: send });
  }
  return {
    async send(alerts, signal) {
      const [first] = alerts;
      if (first === undefined) return;
      const word = first.event === 'recovered' ? 'recovered' : first.severity;
      const more = alerts.length === 1 ? '' : ` and ${alerts.length - 1} more`;
      // Names come from rules and code, and a line break in a subject is a header of its own.
      const subject = `[${word}] ${first.name}${more}`.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_SUBJECT);
      await send({ subject, text: alerts.map(textOf).join('\n\n') }, signal);
    },
  };
}
