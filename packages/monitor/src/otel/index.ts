export { genAiMetrics, type GenAiMetricsOptions } from './gen-ai-metrics.ts';
export type { OtelAttributes, OtelCounter, OtelHistogram, OtelMeter } from './instruments.ts';
