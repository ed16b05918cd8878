export { type BilledCall, type Cost, createPricer, type Pricer } from './cost.ts';
export {
  type NormalizedUsage,
  normalizeUsage,
  type TokenUsage,
  usageAttributes,
  type UsageIssue,
} from './normalize.ts';
export { rateLimitRatio } from './rate-limit.ts';
