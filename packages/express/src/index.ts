import './augment.ts';

export {
  createDebugToken,
  type DebugKey,
  type DebugSessionOptions,
  type DebugTokenOptions,
  type FeedbackRouteOptions,
  type Identity,
  propagate,
  type PropagateOptions,
} from '@spanline/http';
export { debugSession } from './debug-session.ts';
export { feedbackRoute } from './feedback-route.ts';
export { identify } from './identify.ts';
export { spanlineErrorHandler } from './middleware/error-handler.ts';
export { spanlineExpress, type SpanlineExpressOptions } from './middleware/middleware.ts';
