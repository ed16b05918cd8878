export { type DatasetItem, datasetItems, type DatasetOptions } from './dataset.ts';
export type { DatasetScore } from './expected-output.ts';
export { otlpJson } from './otlp-json.ts';
export { traceEvents } from './trace-events.ts';
