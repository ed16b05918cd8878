export { configuredTracer, createTracer } from './create-tracer.ts';
export { createItemizer, type Itemize, type ItemizerOptions } from './itemizer.ts';
export { loadPrices, type LoadPricesOptions } from './price-list.ts';
