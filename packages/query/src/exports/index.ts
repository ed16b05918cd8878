export { type DatasetItem, datasetItems, type DatasetOptions, type DatasetScore } from './dataset.ts';
export { otlpJson } from './otlp-json.ts';
export { traceEvents } from './trace-events.ts';
