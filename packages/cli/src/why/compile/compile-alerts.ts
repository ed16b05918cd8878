/** `spanline alerts render | diff | apply <engine> <rules>`. */
import { ApplyError, type Compilation, type Resource } from '@spanline/dashboards';
import { type CommandIo, endEarly, EXIT, messageOf } from '../../command.ts';
import { fail } from '../../fail.ts';
import { checkFlags, type FlagTable, splitArguments } from '../../flags.ts';
import { checkReportFlags, lineText, printReport, REPORT_FLAGS, safeJson } from '../../report/index.ts';
import { applyAll, showPlan } from '../../targets/index.ts';
import { readRules } from '../rules-file.ts';
import { type Engine, type EngineOptions, ENGINES, given } from './engines.ts';
import { explainEngines } from './explain-engines.ts';

const NAMES = Object.keys(ENGINES);
const KEPT = NAMES.filter((name) => ENGINES[name]?.open !== undefined);

/** Words of the command. */
export const COMPILE_ACTIONS = ['render', 'diff', 'apply'] as const;
export type CompileAction = (typeof COMPILE_ACTIONS)[number];

/** Help of the command. */
export const COMPILE_HELP = `spanline alerts render <engine> <rules> [options]
spanline alerts diff <engine> <rules> [options]
spanline alerts apply <engine> <rules> [options]

render     the rules in the language of an engine: ${NAMES.join(', ')}
diff       what apply would change in ${KEPT.join(', ')}, and each difference; exits with 1 if anything would
apply      the same; with --yes, change it, and print the addresses

Only rules with the label of the set are changed or removed. Keys come from the environment.

    --explain             with render: which rules the engine can say: exactly, with named losses, or not; "all" for
                          every engine
    --partial             leave out the rules that the engine cannot say; without it, they are an error
    --set <name>          name of the set of rules, such as a service (default spanline)
    --filter <search>     narrows every rule, in the language of the engine, such as job="rag-api"
    --yes                 with apply: change it
  datadog                 DD_API_KEY, DD_APP_KEY
    --notify <text>       whom its messages notify, such as @slack-llm
    --site <site>         default DD_SITE, else datadoghq.com
    --url <url>           another address of the API, such as that of a proxy
  opensearch
    --index <pattern>     index pattern of the lines (default logs-spanline-*)
    --profile ecs|otel    profile of the lines (default ecs)
  prometheus
    --prefix <name>       prefix of the metrics (default spanline_)
`;

const COMMON = { partial: 'switch', set: 'text', filter: 'text', help: 'switch' } as const satisfies FlagTable;
const OF_ACTION = {
  render: { explain: 'switch', ...REPORT_FLAGS },
  diff: {},
  apply: { yes: 'switch' },
} as const satisfies Readonly<Record<CompileAction, FlagTable>>;
const OWN = {
  prefix: 'text',
  index: 'text',
  profile: 'text',
  notify: 'text',
  url: 'text',
  site: 'text',
} as const satisfies FlagTable;
const ALL = { ...COMMON, ...OF_ACTION.render, ...OF_ACTION.apply, ...OWN } as const satisfies FlagTable;
const SET = /^[\w-]{1,40}$/;

interface Parsed {
  readonly action: CompileAction;
  readonly engines: Readonly<Record<string, Engine>>;
  readonly rules: string | undefined;
  readonly options: EngineOptions;
  readonly isExplained: boolean;
  readonly isPartial: boolean;
  readonly isConfirmed: boolean;
  readonly report: Parameters<typeof printReport>[1];
}

function enginesOf(action: CompileAction, name: string | undefined, isExplained: boolean): Parsed['engines'] {
  if (action === 'render' && name === 'all' && isExplained) return ENGINES;
  const known = action === 'render' ? NAMES : KEPT;
  const engine = name !== undefined && known.includes(name) ? ENGINES[name] : undefined;
  return engine === undefined || name === undefined
    ? fail(`alerts ${action}`, `followed by one of ${known.join(', ')}`)
    : { [name]: engine };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
function parse(action: CompileAction, args: readonly string[]): Parsed | undefined {
  const { positionals, flags } = splitArguments(args, ALL);
  if (flags['help'] === true) return undefined;
  const [name, rules, ...others] = positionals;
  const engines = enginesOf(action, name, flags['explain'] === true);
  if (others.length > 0) fail(`alerts ${action}`, 'followed by one engine and one file of rules');
  const own = Object.values(engines).flatMap((engine) => engine.flags.map((flag) => [flag, OWN[flag]] as const));
  checkFlags(flags, { ...COMMON, ...OF_ACTION[action], ...Object.fromEntries(own) });
  const { explain, partial, yes, help: _help, ...values } = checkFlags(flags, ALL);
  const { set = 'spanline', filter, prefix, index, profile, notify, url, site, ...report } = values;
  checkReportFlags(report);
  if (!SET.test(set)) fail('--set', 'at most 40 letters, digits, dashes and underscores');
  if (profile !== undefined && profile !== 'ecs' && profile !== 'otel') fail('--profile', 'ecs or otel');
  return {
    action,
    engines,
    rules,
    options: { set, ...given({ filter, prefix, index, profile, notify, url, site }) },
    isExplained: explain === true,
    isPartial: partial === true,
    isConfirmed: yes === true,
    report,
  };
}

/** Says what the engine says differently, and what it cannot say. @returns whether it can say everything */
function tell(results: readonly Compilation<unknown>[], isPartial: boolean, { stderr }: CommandIo): boolean {
  for (const result of results) {
    const name = lineText(result.rule);
    if (result.kind === 'refused') stderr.write(`refused ${name}: ${lineText(result.reason)}\n`);
    else if (result.losses.length > 0) stderr.write(`loss    ${name}: ${result.losses.join(', ')}\n`);
  }
  const isWhole = results.every(({ kind }) => kind === 'compiled');
  if (!isWhole && !isPartial) stderr.write('Nothing was done. --partial leaves out what is refused.\n');
  return isWhole;
}

/** Shows or makes the changes in an account. @returns the exit code */
async function keep(parsed: Parsed, engine: Engine, resources: readonly Resource[], io: CommandIo): Promise<number> {
  const { action, options, isConfirmed } = parsed;
  const collection = engine.open?.(options, io);
  if (collection === undefined) return EXIT.usage;
  if (isConfirmed) {
    await applyAll(collection, resources, io);
    return EXIT.ok;
  }
  const changes = await showPlan(collection, resources, io);
  if (action === 'diff') return changes === 0 ? EXIT.ok : EXIT.refused;
  if (changes > 0) io.stdout.write('Nothing was changed. Add --yes to change it.\n');
  return EXIT.ok;
}

async function perform(parsed: Parsed, io: CommandIo): Promise<number> {
  const { action, engines, options, isExplained, isPartial, report } = parsed;
  const rules = await readRules(parsed.rules);
  const compiled = Object.entries(engines).map(([name, engine]) => ({
    name,
    engine,
    ...engine.compile(rules, options),
  }));
  if (isExplained) {
    await printReport(explainEngines(Object.fromEntries(compiled.map((one) => [one.name, one.results]))), report, io);
    return EXIT.ok;
  }
  for (const { engine, results, print, resources = [] } of compiled) {
    if (!tell(results, isPartial, io) && !isPartial) return EXIT.refused;
    if (action !== 'render') return keep(parsed, engine, resources, io);
    io.stdout.write(safeJson(print()));
  }
  return EXIT.ok;
}

/** Runs `spanline alerts render`, `diff` or `apply`. @returns the exit code */
export async function compileAlerts(action: CompileAction, args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const parsed = parse(action, args);
    if (parsed !== undefined) return await perform(parsed, io);
    io.stdout.write(COMPILE_HELP);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ApplyError) || io.stop.aborted) return endEarly('alerts', error, io);
    io.stderr.write(`spanline alerts: ${messageOf(error)}\n`);
    return EXIT.refused;
  }
}
