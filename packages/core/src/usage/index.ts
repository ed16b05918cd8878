export { type PriceConditions, regionOf, STANDARD, tierOf } from './conditions.ts';
export { type BilledCall, type Cost, createPricer, type Pricer } from './cost.ts';
export {
  addUsage,
  moreExact,
  type NormalizedUsage,
  normalizeUsage,
  type UsageContext,
  usageAttributes,
} from './normalize.ts';
export { rateLimitRatio } from './rate-limit.ts';
export type { UsageIssue } from './reconcile.ts';
export { reportedCost } from './reported-cost.ts';
