export { configuredTracer, createTracer } from './create-tracer.ts';
export { loadPrices, type LoadPricesOptions } from './price-list.ts';
