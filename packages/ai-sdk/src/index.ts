export { type SpanlineTelemetry, spanlineTelemetry, type Work } from './telemetry/telemetry.ts';
export {
  spanlineEmbeddingMiddleware,
  type SpanlineEmbeddingMiddleware,
  spanlineMiddleware,
  type SpanlineMiddleware,
  type WrappedCall,
} from './middleware/middleware.ts';
