/** `spanline alerts render <engine> <rules>`. */
import type { Compilation } from '@spanline/dashboards';
import { type CommandIo, endEarly, EXIT } from '../../command.ts';
import { fail } from '../../fail.ts';
import { checkFlags, type FlagTable, splitArguments } from '../../flags.ts';
import { checkReportFlags, lineText, printReport, REPORT_FLAGS, safeJson } from '../../report/index.ts';
import { readRules } from '../rules-file.ts';
import { type Engine, type EngineOptions, ENGINES } from './engines.ts';
import { explainEngines } from './explain-engines.ts';

const NAMES = Object.keys(ENGINES);

/** Help of the command. */
export const COMPILE_HELP = `spanline alerts render <engine> <rules> [options]

render     the rules in the language of an engine: ${NAMES.join(', ')}

    --explain             which rules the engine can say: exactly, with named losses, or not; "all" for every engine
    --partial             leave out the rules that the engine cannot say; without it, they are an error
    --set <name>          name of the set of rules, such as a service (default spanline)
    --filter <search>     narrows every rule, in the language of the engine, such as job="rag-api"
  prometheus
    --prefix <name>       prefix of the metrics (default spanline_)
  opensearch
    --index <pattern>     index pattern of the lines (default logs-spanline-*)
    --profile ecs|otel    profile of the lines (default ecs)
`;

const COMMON = {
  explain: 'switch',
  partial: 'switch',
  set: 'text',
  filter: 'text',
  help: 'switch',
  ...REPORT_FLAGS,
} as const satisfies FlagTable;
const OWN = { prefix: 'text', index: 'text', profile: 'text' } as const satisfies FlagTable;
const SET = /^[\w-]{1,40}$/;

interface Parsed {
  readonly engines: Readonly<Record<string, Engine>>;
  readonly rules: string | undefined;
  readonly options: EngineOptions;
  readonly isExplained: boolean;
  readonly isPartial: boolean;
  readonly report: Parameters<typeof printReport>[1];
}

function enginesOf(name: string | undefined, isExplained: boolean): Readonly<Record<string, Engine>> {
  if (name === 'all' && isExplained) return ENGINES;
  const engine = name !== undefined && Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  return engine === undefined || name === undefined
    ? fail('alerts render', `followed by one of ${NAMES.join(', ')}`)
    : { [name]: engine };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
function parse(args: readonly string[]): Parsed | undefined {
  const all = { ...COMMON, ...OWN };
  const { positionals, flags } = splitArguments(args, all);
  if (flags['help'] === true) return undefined;
  const [name, rules, ...others] = positionals;
  const engines = enginesOf(name, flags['explain'] === true);
  if (others.length > 0) fail('alerts render', 'followed by one engine and one file of rules');
  const own = Object.values(engines).flatMap((engine) => engine.flags.map((flag) => [flag, OWN[flag]] as const));
  checkFlags(flags, { ...COMMON, ...Object.fromEntries(own) });
  const {
    explain,
    partial,
    set = 'spanline',
    filter,
    prefix,
    index,
    profile,
    help: _help,
    ...report
  } = checkFlags(flags, all);
  checkReportFlags(report);
  if (!SET.test(set)) fail('--set', 'at most 40 letters, digits, dashes and underscores');
  if (profile !== undefined && profile !== 'ecs' && profile !== 'otel') fail('--profile', 'ecs or otel');
  const options: EngineOptions = {
    set,
    ...(index === undefined ? {} : { index }),
    ...(profile === undefined ? {} : { profile }),
    ...(filter === undefined ? {} : { filter }),
    ...(prefix === undefined ? {} : { prefix }),
  };
  return { engines, rules, options, isExplained: explain === true, isPartial: partial === true, report };
}

/** Says what the engine says differently, and what it cannot say. @returns whether it can say everything */
function tell(results: readonly Compilation<unknown>[], isPartial: boolean, { stderr }: CommandIo): boolean {
  for (const result of results) {
    const name = lineText(result.rule);
    if (result.kind === 'refused') stderr.write(`refused ${name}: ${lineText(result.reason)}\n`);
    else if (result.losses.length > 0) stderr.write(`loss    ${name}: ${result.losses.join(', ')}\n`);
  }
  const isWhole = results.every(({ kind }) => kind === 'compiled');
  if (!isWhole && !isPartial) stderr.write('Nothing was rendered. --partial leaves out what is refused.\n');
  return isWhole;
}

async function perform(
  { engines, rules, options, isExplained, isPartial, report }: Parsed,
  io: CommandIo,
): Promise<number> {
  const given = await readRules(rules);
  const compiled = Object.entries(engines).map(([name, engine]) => [name, engine.compile(given, options)] as const);
  if (isExplained) {
    await printReport(
      explainEngines(Object.fromEntries(compiled.map(([name, { results }]) => [name, results]))),
      report,
      io,
    );
    return EXIT.ok;
  }
  for (const [, { results, print }] of compiled) {
    if (!tell(results, isPartial, io) && !isPartial) return EXIT.refused;
    io.stdout.write(safeJson(print()));
  }
  return EXIT.ok;
}

/** Runs `spanline alerts render`. @returns the exit code */
export async function compileAlerts(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const parsed = parse(args);
    if (parsed !== undefined) return await perform(parsed, io);
    io.stdout.write(COMPILE_HELP);
    return EXIT.ok;
  } catch (error) {
    return endEarly('alerts', error, io);
  }
}
