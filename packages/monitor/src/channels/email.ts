import { checkOptions, option, type Shape } from '@spanline/record';
import type { Alert } from '../alerts/alert.ts';
import type { Channel } from '../alerts/channel.ts';
import { messageLine, shorten } from './message-text.ts';

/** An e-mail. */
export interface EmailMessage {
  /** One line. */
  subject: string;
  text: string;
}

/** Options of {@link email}. */
export interface EmailOptions {
  /** Sends the e-mail, and rejects if it fails. */
  send: (message: EmailMessage, signal: AbortSignal) => unknown;
}

const SHAPE: Shape<EmailOptions> = { send: option.required(option.callback()) };
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

function subjectOf(first: Alert, count: number): string {
  const word = first.event === 'recovered' ? 'recovered' : first.severity;
  const more = count === 1 ? '' : ` and ${count - 1} more`;
  // A line break in a name would start another header.
  return shorten(messageLine(`[${word}] ${first.name}${more}`), MAX_SUBJECT);
}

/**
 * Hands a subject and a text to your own function, which sends the e-mail.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function email(options: EmailOptions): Channel {
  checkOptions(SHAPE, options);
  return {
    async send(alerts, signal) {
      const [first] = alerts;
      if (first === undefined) return;
      const message = { subject: subjectOf(first, alerts.length), text: alerts.map(textOf).join('\n\n') };
      await options.send(message, signal);
    },
  };
}
