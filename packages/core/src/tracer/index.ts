export { configuredTracer, createTracer } from './create-tracer.ts';
export { nameDefault, onDefaultChange, processTracer } from './registry.ts';
