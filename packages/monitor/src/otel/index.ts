export { genAiMetrics, type GenAiMetricsOptions, type OtelHistogram, type OtelMeter } from './gen-ai-metrics.ts';
