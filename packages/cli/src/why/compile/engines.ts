/** The engines that alert rules are compiled for: how each is compiled and printed, and where its rules are kept. */
import { type Compilation, type PrometheusAlert, prometheusRuleFile, prometheusRules } from '@spanline/dashboards';
import type { AlertRuleInput } from '@spanline/monitor/offline';

/** Options of the command. */
export interface EngineOptions {
  readonly set: string;
  readonly filter?: string;
  readonly prefix?: string;
}

/** Flags of some engines. */
export type EngineFlag = 'prefix';

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

const bodiesOf = <Body>(results: readonly Compilation<Body>[]): Body[] =>
  results.flatMap((result) => (result.kind === 'compiled' ? result.bodies : []));

/** Engines by name. */
export const ENGINES: Readonly<Record<string, Engine>> = {
  prometheus: {
    flags: ['prefix'],
    compile: (rules, options) => {
      const results: Compilation<PrometheusAlert>[] = prometheusRules(rules, options);
      return { results, print: () => prometheusRuleFile(bodiesOf(results), options.set) };
    },
  },
};
