import { checkOptions, option, type Shape } from '@spanline/record';
import type { BacktestResult } from './backtest.ts';

/** Options of {@link formatBacktest}. */
export interface FormatOptions {
  /** Lists the incidents below each rule. @defaultValue true */
  incidents?: boolean;
}

const SHAPE: Shape<FormatOptions> = { incidents: option.boolean() };

/** Removes control characters: names from a log may contain commands for a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/**
 * Formats the result of a backtest as a table: a row for each rule and, below it, a line for each incident.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function formatBacktest(results: readonly BacktestResult[], options: FormatOptions = {}): string {
  checkOptions(SHAPE, options);
  const { incidents: withIncidents = true } = options;
  const width = Math.max(4, ...results.map(({ name }) => name.length));
  const row = (name: string, fired: string, minutes: string, messages: string): string =>
    `${name.padEnd(width)}  ${fired.padStart(5)}  ${minutes.padStart(7)}  ${messages.padStart(8)}`;
  const out = [row('rule', 'fired', 'minutes', 'messages')];
  for (const { name, incidents, minutesFiring, messages } of results) {
    out.push(row(printable(name), String(incidents.length), String(minutesFiring), String(messages)));
    for (const { from, message, traceIds } of withIncidents ? incidents : []) {
      const at = new Date(from).toISOString().slice(0, 19).replace('T', ' ');
      out.push(`  ${at}  ${printable(message)}`);
      if (traceIds.length > 0) out.push(`    traces: ${printable(traceIds.join(' '))}`);
    }
  }
  return out.join('\n');
}
