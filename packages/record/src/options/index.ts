export type { Check, NumberBounds, Shape } from './check.ts';
export * as option from './check.ts';
export { checkOptions, nearest } from './check-options.ts';
