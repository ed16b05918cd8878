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
export { clientSignal, spanlineHono, type SpanlineHonoOptions } from './middleware.ts';
export { debugSession, feedbackRoute, identify } from './routes.ts';
