import { checkOptions, option, type Shape } from '@spanline/record';
import type { Secret } from '@spanline/remote';
import type { Alert } from '../alerts/alert.ts';
import type { Channel } from '../alerts/channel.ts';
import { formatApart, formatValue } from '../alerts/format-values.ts';
import { messageLine, messageText, shorten } from './message-text.ts';
import { post } from './post.ts';
import { urlOption } from './secrets.ts';

/** A message has at most 50 blocks (docs.slack.dev, Block Kit), and an alert has five. */
const MAX_ALERTS = 9;
const MAX_HEADER = 150;
const MAX_TEXT = 2900;
const MAX_FIELD = 1900;

/** Options of {@link slack}. */
export interface SlackOptions {
  /** URL of the incoming webhook, such as `{ env: 'SLACK_WEBHOOK_URL' }`. */
  url: Secret;
}

const SHAPE: Shape<SlackOptions> = { url: option.required(urlOption) };

const SIGNS: Readonly<Record<Alert['event'], string>> = {
  fired: '🔴',
  repeated: '🔴',
  recovered: '🟢',
  no_data: '⚪',
};

/** Alerts contain text from anywhere. Without these three characters it mentions nobody and links nothing. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escapes a text and shortens it, but not within `&amp;`. */
function escapeWithin(text: string, max: number): string {
  return shorten(escape(messageText(text)), max).replace(/&[a-z]*…$/, '…');
}

function mrkdwn(text: string, max: number): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text: escapeWithin(text, max) };
}

function code(text: string): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text: `\`\`\`${escapeWithin(text.replaceAll('`', ''), MAX_TEXT)}\`\`\`` };
}

function title({ event, severity, name, step }: Alert): string {
  const sign = event === 'fired' && severity === 'warning' ? '🟠' : SIGNS[event];
  const text = `${sign} ${event === 'recovered' ? 'Recovered' : severity}: ${name}${step === undefined ? '' : ` (${step})`}`;
  return shorten(messageLine(text), MAX_HEADER);
}

function blocksOf(alert: Alert): object[] {
  const [value, limit] = formatApart(alert.value ?? alert.threshold, alert.threshold);
  const fields: [name: string, value: string][] = [
    [alert.metric, alert.value === undefined ? 'no data' : value],
    ['threshold', `${alert.comparison} ${limit}`],
    ['window', `${alert.windowMinutes} min, ${alert.samples} samples`],
    ['service', [alert.service, alert.environment, alert.instance].filter((part) => part !== undefined).join(' ')],
  ];
  if (alert.baseline !== undefined) fields.push(['usually', formatValue(alert.baseline)]);
  const causes = alert.causes.map(({ evidence }) => `• ${evidence}`).join('\n');
  return [
    { type: 'header', text: { type: 'plain_text', text: title(alert), emoji: true } },
    { type: 'section', text: mrkdwn(alert.message, MAX_TEXT) },
    { type: 'section', fields: fields.map(([name, value]) => mrkdwn(`${name}\n${value}`, MAX_FIELD)) },
    ...(causes === '' ? [] : [{ type: 'section', text: mrkdwn(causes, MAX_TEXT) }]),
    ...(alert.command === '' ? [] : [{ type: 'section', text: code(alert.command) }]),
  ];
}

/**
 * Posts to an incoming webhook of Slack: the message, the numbers, likely causes, and the command that opens the
 * traces.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function slack(options: SlackOptions): Channel {
  checkOptions(SHAPE, options);
  const { url } = options;
  return {
    maxAlerts: MAX_ALERTS,
    async send(alerts, signal) {
      const blocks = alerts.slice(0, MAX_ALERTS).flatMap(blocksOf);
      const rest = alerts.length - MAX_ALERTS;
      if (rest > 0) blocks.push({ type: 'context', elements: [mrkdwn(`${rest} more are in the log`, MAX_TEXT)] });
      const text = escapeWithin(alerts.map(({ message }) => message).join('\n'), MAX_TEXT);
      await post({ url, body: JSON.stringify({ text, blocks }), signal });
    },
  };
}
