export { SpanlineTracingProcessor } from './processor.ts';
