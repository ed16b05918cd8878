/** The options of `spanline alerts render | diff | apply`. */
import type { GrafanaSource } from '@spanline/dashboards';
import { fail } from '../../fail.ts';
import { checkFlags, type FlagTable, splitArguments } from '../../flags.ts';
import { checkReportFlags, type printReport, REPORT_FLAGS } from '../../report/index.ts';
import { type Engine, type EngineFlag, type EngineOptions, ENGINES, given } from './engines.ts';

/** Names of the engines. */
export const NAMES: readonly string[] = Object.keys(ENGINES);
/** Engines whose rules `apply` keeps. */
export const KEPT: readonly string[] = NAMES.filter((name) => ENGINES[name]?.open !== undefined);

/** Engines that Terraform has a provider for. */
const PROVIDED = NAMES.filter((name) => ENGINES[name]?.terraform !== undefined);

/** Words of the command. */
export const COMPILE_ACTIONS = ['render', 'diff', 'apply'] as const;
export type CompileAction = (typeof COMPILE_ACTIONS)[number];

const COMMON = { partial: 'switch', set: 'text', filter: 'text', help: 'switch' } as const satisfies FlagTable;
const OF_ACTION = {
  render: { explain: 'switch', terraform: 'switch', ...REPORT_FLAGS },
  diff: {},
  apply: { yes: 'switch' },
} as const satisfies Readonly<Record<CompileAction, FlagTable>>;
const OWN = {
  prefix: 'text',
  index: 'text',
  profile: 'text',
  notify: 'text',
  source: 'text',
  'data-source': 'text',
  folder: 'text',
  url: 'text',
  site: 'text',
  space: 'text',
  'log-group': 'text',
  region: 'text',
  role: 'text',
} as const satisfies Readonly<Record<EngineFlag, 'text'>>;
const ALL = { ...COMMON, ...OF_ACTION.render, ...OF_ACTION.apply, ...OWN } as const satisfies FlagTable;
const SET = /^[\w-]{1,40}$/;
const SOURCES: readonly GrafanaSource[] = ['elasticsearch', 'opensearch', 'prometheus'];

/** Options that were given. */
export interface Parsed {
  readonly action: CompileAction;
  readonly engines: Readonly<Record<string, Engine>>;
  readonly rules: string | undefined;
  readonly options: EngineOptions;
  readonly isExplained: boolean;
  readonly isTerraform: boolean;
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

/** One of some values, if it is given. */
function oneOf<Value extends string>(name: string, value: string | undefined, values: readonly Value[]) {
  if (value === undefined) return undefined;
  return values.find((known) => known === value) ?? fail(`--${name}`, `one of ${values.join(', ')}`);
}

type Values = Readonly<Partial<Record<EngineFlag | 'set' | 'filter', string>>>;

function optionsOf({ set = 'spanline', profile, source, ...texts }: Values): EngineOptions {
  if (!SET.test(set)) fail('--set', 'at most 40 letters, digits, dashes and underscores');
  return {
    set,
    ...given({
      ...texts,
      profile: oneOf('profile', profile, ['ecs', 'otel']),
      source: oneOf('source', source, SOURCES),
    }),
  };
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function parseCompile(action: CompileAction, args: readonly string[]): Parsed | undefined {
  const { positionals, flags } = splitArguments(args, ALL);
  if (flags['help'] === true) return undefined;
  const [name, rules, ...others] = positionals;
  const engines = enginesOf(action, name, flags['explain'] === true);
  if (others.length > 0) fail(`alerts ${action}`, 'followed by one engine and one file of rules');
  const own = Object.values(engines).flatMap((engine) => engine.flags.map((flag) => [flag, OWN[flag]] as const));
  checkFlags(flags, { ...COMMON, ...OF_ACTION[action], ...Object.fromEntries(own) });
  const all = checkFlags(flags, ALL);
  const {
    explain,
    terraform,
    partial,
    yes,
    help: _help,
    json,
    md,
    budget,
    'no-color': plain,
    'no-pager': whole,
    ...values
  } = all;
  const report = given({ json, md, budget, 'no-color': plain, 'no-pager': whole });
  checkReportFlags(report);
  const isExplained = explain === true;
  if (terraform === true && !Object.values(engines).every((engine) => engine.terraform !== undefined)) {
    fail('--terraform', `used for ${PROVIDED.join(', ')}`);
  }
  for (const [flag, example] of Object.entries(Object.values(engines)[0]?.needs ?? {})) {
    if (!isExplained && values[flag as EngineFlag] === undefined)
      fail(`--${flag}`, `given, such as --${flag} ${example}`);
  }
  return {
    action,
    engines,
    rules,
    options: optionsOf(values),
    isExplained,
    isTerraform: terraform === true,
    isPartial: partial === true,
    isConfirmed: yes === true,
    report,
  };
}
