/** `spanline alerts backtest` and `check`: alert rules on a log. `render`, `diff`, `apply`: rules of other engines. */

import { backtest, type BacktestResult } from '@spanline/monitor/offline';
import { type CommandIo, EXIT, type RunCommand } from '../command.ts';
import { printHelp } from '../help.ts';
import { type Block, cell, type Report } from '../report/index.ts';
import { defineQuestion, isSource } from '../source/index.ts';
import { checkReport } from './check.ts';
import { COMPILE_HELP, compileAlerts } from './compile/compile-alerts.ts';
import { COMPILE_ACTIONS } from './compile/options.ts';
import { linesOf } from './lines.ts';
import { readRules } from './rules-file.ts';

const HELP = `spanline alerts backtest <rules> [source] [filter]
spanline alerts check <rules> [source] [filter]

backtest   when each rule would have fired on a log, with its windows and baselines
check      compares the metrics of a whole log with the rules, once; exits with 1 if a rule is broken

Rules are a JSON file with an array of rules, a JavaScript module that exports one as "rules" or default, an expression
such as 'p95(rerank) < 2s', or "default" for the rules that a monitor has by default.

${COMPILE_HELP}`;

/** A rule that never had enough samples did not fire, and did not hold either. */
function noVerdictNote({ name, minSamples, mostSamples, unknownStep, suggestion }: BacktestResult): Block[] {
  if (unknownStep !== undefined) {
    const meant = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
    return [{ kind: 'text', text: `${name}: the log has no step "${unknownStep}".${meant}`, tone: 'yellow' }];
  }
  if (mostSamples >= minSamples) return [];
  const had = mostSamples === 0 ? 'no window has one' : `the fullest window has ${mostSamples}`;
  const text = `${name}: too few samples. It needs ${minSamples} in a window (minSamples); ${had}.`;
  return [{ kind: 'text', text, tone: 'yellow' }];
}

function backtestBlocks(results: readonly BacktestResult[]): Block[] {
  const incidents = results.flatMap(({ name, incidents: all }) => all.map((incident) => ({ name, ...incident })));
  return [
    {
      kind: 'table',
      columns: [
        { head: 'rule', isFlexible: true, cells: results.map(({ name }) => name) },
        { head: 'fired', align: 'right', cells: results.map((one) => String(one.incidents.length)) },
        { head: 'minutes', align: 'right', cells: results.map(({ minutesFiring }) => cell.count(minutesFiring)) },
        { head: 'messages', align: 'right', cells: results.map(({ messages }) => cell.count(messages)) },
      ],
    },
    ...results.flatMap(noVerdictNote),
    ...(incidents.length === 0
      ? []
      : [
          { kind: 'heading' as const, text: 'Incidents, from (UTC)' },
          { kind: 'facts' as const, facts: incidents.map(({ from, message }) => [cell.time(from), message] as const) },
        ]),
  ];
}

/** A command on rules. Their file is named before the source, so that the two cannot be taken for each other. */
type RulesCommand = (rules: string | undefined) => RunCommand;

const backtestCommand: RulesCommand = (rules) =>
  defineQuestion({
    name: 'alerts backtest',
    help: HELP,
    flags: {},
    async answer({ query, filter, read }): Promise<Report> {
      const results = await backtest(await readRules(rules), linesOf(query, filter, read));
      return { blocks: backtestBlocks(results), data: results };
    },
  });

const checkCommand: RulesCommand = (rules) =>
  defineQuestion({
    name: 'alerts check',
    help: HELP,
    flags: {},
    async answer({ query, filter, read }): Promise<Report> {
      return checkReport(await readRules(rules), { query, filter, read });
    },
  });

const TAKES_VALUE = /^(?:-f|--(?:filter|since|from|to|budget))$/;
const RULES_FILE = /\.(?:json|[cm]?[jt]s)$/;

/** Where the rules stand: the first argument that is no flag and no source; a file of rules is none. -1: nowhere. */
function rulesPlace(args: readonly string[]): number {
  return args.findIndex((arg, index) => {
    if (arg.startsWith('-') || TAKES_VALUE.test(args[index - 1] ?? '')) return false;
    return RULES_FILE.test(arg) || !isSource(arg);
  });
}

const COMMANDS: Readonly<Record<string, RulesCommand>> = { backtest: backtestCommand, check: checkCommand };

/** Runs `spanline alerts …`. */
export const alerts: RunCommand = async ([name, ...rest], io: CommandIo) => {
  const action = COMPILE_ACTIONS.find((known) => known === name);
  if (action !== undefined) return compileAlerts(action, rest, io);
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) {
    const place = rulesPlace(rest);
    return command(rest[place])(
      rest.filter((_, index) => index !== place),
      io,
    );
  }
  const isHelp = name === '--help' || name === '-h';
  if (isHelp) printHelp(HELP, io);
  else io.stderr.write(`spanline alerts: backtest, check, render, diff or apply is expected\n\n${HELP}`);
  return isHelp ? EXIT.ok : EXIT.usage;
};
