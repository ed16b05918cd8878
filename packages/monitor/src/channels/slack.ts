import type { Secret } from '@spanline/remote';
import type { Alert, Channel } from '../alerting/types.ts';
import { optionsOf } from '../options.ts';
import { checkUrl, post } from './post.ts';

/** Blocks of one message are at most 50 (docs.slack.dev, Block Kit); an alert has five. */
const MAX_ALERTS = 9;
const MAX_HEADER = 150;
const MAX_TEXT = 2900;
const MAX_FIELD = 1900;

const SIGNS: Readonly<Record<Alert['event'], string>> = {
  fired: '🔴',
  repeated: '🔴',
  recovered: '🟢',
  no_data: '⚪',
};

/** Alerts hold names and texts of anybody: without these three, nobody is mentioned and nothing is linked. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Cut after it is escaped, and not within `&amp;`. */
function escapeWithin(text: string, most: number): string {
  const escaped = escape(text);
  return escaped.length > most ? `${escaped.slice(0, most).replace(/&[a-z]*$/, '')}…` : escaped;
}

function mrkdwn(text: string, most: number): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text: escapeWithin(text, most) };
}

function code(text: string): { type: 'mrkdwn'; text: string } {
  return { type: 'mrkdwn', text: `\`\`\`${escapeWithin(text.replaceAll('`', ''), MAX_TEXT)}\`\`\`` };
}

function title({ event, severity, name, step }: Alert): string {
  const sign = event === 'fired' && severity === 'warning' ? '🟠' : SIGNS[event];
  return cut(
    `${sign} ${event === 'recovered' ? 'Recovered' : severity}: ${name}${step === undefined ? '' : ` (${step})`}`,
    MAX_HEADER,
  );
}

const shown = (value: number | undefined): string =>
  value === undefined ? 'no data' : String(Number(value.toPrecision(4)));

function blocksOf(alert: Alert): object[] {
  const fields: [name: string, value: string][] = [
    [alert.metric, shown(alert.value)],
    ['threshold', `${alert.comparison} ${shown(alert.threshold)}`],
    ['window', `${alert.windowMinutes} min, ${alert.samples} samples`],
    ['service', [alert.service, alert.environment].filter((part) => part !== undefined).join(' ')],
  ];
  if (alert.baseline !== undefined) fields.push(['usually', shown(alert.baseline)]);
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
 * Posts to an incoming webhook of Slack: what, how much, likely causes, and the command that opens the traces.
 *
 * @param options - `url` is a secret, `{ env: 'SLACK_WEBHOOK_URL' }`
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function slack(options: { url: Secret }): Channel {
  const url = checkUrl('url', optionsOf(options).url);
  return {
    async send(alerts, signal) {
      const blocks = alerts.slice(0, MAX_ALERTS).flatMap(blocksOf);
      const left = alerts.length - MAX_ALERTS;
      if (left > 0) blocks.push({ type: 'context', elements: [mrkdwn(`${left} more stand in the log`, MAX_TEXT)] });
      const text = escapeWithin(alerts.map(({ message }) => message).join('\n'), MAX_TEXT);
      await post({ url, body: JSON.stringify({ text, blocks }), signal });
    },
  };
}
