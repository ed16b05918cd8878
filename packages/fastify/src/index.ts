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
export { spanlineFastify, type SpanlineFastifyOptions } from './plugin.ts';
export { debugSession, feedbackRoute, identify } from './routes.ts';
