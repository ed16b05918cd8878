import { type AlertRule, CATALOG } from '../src/index.ts';

/** A rule of the catalogue, and whether a function makes it. */
export interface CatalogRule {
  readonly key: string;
  readonly rule: AlertRule;
  readonly isMade: boolean;
}

/** Every rule of the catalogue. Those that take a number are made with 1. */
export function catalogRules(): CatalogRule[] {
  const { scoreDrift, dailySpend, dailyTokens, safetyTriggers, ...fixed } = CATALOG;
  const made = {
    dailySpend: dailySpend(1),
    dailyTokens: dailyTokens(1),
    safetyTriggers: safetyTriggers(1),
    scoreDrift: scoreDrift('faithfulness'),
  };
  return [
    ...Object.entries(fixed).map(([key, rule]) => ({ key, rule, isMade: false })),
    ...Object.entries(made).map(([key, rule]) => ({ key, rule, isMade: true })),
  ];
}
