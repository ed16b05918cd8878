/** Prints a report in the form that the flags ask for. */

import { describeTerminal, type Terminal } from '@spanline/pretty/internal';
import type { CommandIo } from '../command.ts';
import { fail } from '../fail.ts';
import { fitBudget } from './budget.ts';
import { drawReport } from './draw-report.ts';
import { writeMarkdown } from './markdown.ts';
import { showInPager } from './pager.ts';
import type { Report } from './report.ts';
import { safeJson } from './safe-text.ts';

/** Flags of every command that prints a report. */
export const REPORT_FLAGS = {
  json: 'switch',
  md: 'switch',
  budget: 'text',
  'no-color': 'switch',
  'no-pager': 'switch',
} as const;

/** Help for them. */
export const REPORT_HELP = `  --json          the answer for programs
  --md            the answer as Markdown
  --budget n      at most about n tokens: long texts and tables are cut
  --no-color      no colours, as with the environment variable NO_COLOR
  --no-pager      no pager; otherwise $PAGER, or less, at a terminal
`;

/** Values of {@link REPORT_FLAGS}. */
export interface ReportFlags {
  readonly json?: boolean;
  readonly md?: boolean;
  readonly budget?: string;
  readonly 'no-color'?: boolean;
  readonly 'no-pager'?: boolean;
}

const MIN_BUDGET = 100;

/** @throws SpanlineError `ERR_INVALID_OPTION` for flags that do not go together, and for a budget that is no number */
export function checkReportFlags({ json, md, budget }: ReportFlags): void {
  if (json === true && md === true) fail('--md', 'absent beside --json');
  if (budget !== undefined && !(Number(budget) >= MIN_BUDGET))
    fail('--budget', `a number of tokens, at least ${MIN_BUDGET}`);
}

/** The terminal that a report is drawn for. Without one, `COLUMNS` may say how wide lines are. */
function terminalOf({ stdout, env }: CommandIo, flags: ReportFlags): Terminal {
  const columns = stdout.columns ?? (Number(env['COLUMNS']) || undefined);
  const output = {
    ...(stdout.isTTY === undefined ? {} : { isTTY: stdout.isTTY }),
    ...(columns === undefined ? {} : { columns }),
  };
  return describeTerminal(output, flags['no-color'] === true ? { color: false } : {}, env);
}

function printerOf(io: CommandIo, flags: ReportFlags): (report: Report) => string {
  if (flags.json === true) return ({ data }) => `${safeJson(JSON.stringify(data, null, 2) ?? 'null')}\n`;
  if (flags.md === true) return writeMarkdown;
  const terminal = terminalOf(io, flags);
  return (report) => drawReport(report, terminal);
}

/** Prints a report. */
export async function printReport(report: Report, flags: ReportFlags, io: CommandIo): Promise<void> {
  const print = printerOf(io, flags);
  const text = flags.budget === undefined ? print(report) : fitBudget(report, Number(flags.budget), print);
  const mayPage = io.stdout.isTTY === true && flags.json !== true && flags.md !== true && flags['no-pager'] !== true;
  if (mayPage && (await showInPager(text, io))) return;
  io.stdout.write(text);
}
