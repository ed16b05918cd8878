/** The engines that alert rules are compiled for: how each is compiled and printed, and where its rules are kept. */
import {
  type Compilation,
  opensearchMonitors,
  type PrometheusAlert,
  prometheusRuleFile,
  prometheusRules,
  type Resource,
} from '@spanline/dashboards';
import type { AlertRuleInput } from '@spanline/monitor/offline';

/** Options of the command. */
export interface EngineOptions {
  readonly set: string;
  readonly filter?: string;
  readonly prefix?: string;
  readonly index?: string;
  readonly profile?: 'ecs' | 'otel';
}

/** Flags of some engines. */
export type EngineFlag = 'prefix' | 'index' | 'profile';

/** Rules for an engine, and the text that `render` prints. */
export interface Compiled {
  readonly results: readonly Compilation<unknown>[];
  readonly print: () => string;
}

/** An engine. */
export interface Engine {
  /** Options beside those that all engines have. */
  readonly flags: readonly EngineFlag[];
  readonly compile: (rules: readonly AlertRuleInput[], options: EngineOptions) => Compiled;
}

/** The values that there are. */
function given<Values extends object>(values: Values): { [Name in keyof Values]?: NonNullable<Values[Name]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Values]?: NonNullable<Values[Name]> };
}

const bodiesOf = <Body>(results: readonly Compilation<Body>[]): Body[] =>
  results.flatMap((result) => (result.kind === 'compiled' ? result.bodies : []));

/** Objects of an API, one on each line. */
const printed = (results: readonly Compilation<Resource>[]): string =>
  bodiesOf(results)
    .map(({ body }) => `${JSON.stringify(body)}\n`)
    .join('');

/** Engines by name. */
export const ENGINES: Readonly<Record<string, Engine>> = {
  prometheus: {
    flags: ['prefix'],
    compile: (rules, { set, filter, prefix }) => {
      const options = { set, ...given({ filter, prefix }) };
      const results: Compilation<PrometheusAlert>[] = prometheusRules(rules, options);
      return { results, print: () => prometheusRuleFile(bodiesOf(results), set) };
    },
  },
  opensearch: {
    flags: ['index', 'profile'],
    compile: (rules, { set, filter, index, profile }) => {
      const results = opensearchMonitors(rules, { set, ...given({ filter, index, profile }) });
      return { results, print: () => printed(results) };
    },
  },
};
