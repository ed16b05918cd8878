export { CATALOG } from './rules/catalog.ts';
export { checkMetrics } from './rules/check.ts';
export { DEFAULT_RULES } from './rules/defaults.ts';
export type { AlertRule, Breach, Comparison, NoDataMode, Severity } from './rules/types.ts';
