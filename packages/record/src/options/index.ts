export type { Check, NumberBounds, Shape } from './check.ts';
export * as option from './check.ts';
export { checkOptions } from './check-options.ts';
export { nearest } from './nearest.ts';
