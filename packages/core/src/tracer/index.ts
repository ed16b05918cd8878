export { createTracer } from './create-tracer.ts';
