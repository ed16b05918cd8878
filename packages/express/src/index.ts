import './augment.ts';

export { debugSession, type DebugSessionOptions } from './debug/debug-session.ts';
export { createDebugToken, type DebugKey, type DebugTokenOptions } from './debug/debug-token.ts';
export { feedbackRoute, type FeedbackRouteOptions } from './feedback/feedback-route.ts';
export { spanlineErrorHandler } from './middleware/error-handler.ts';
export { spanlineExpress } from './middleware/middleware.ts';
export type { SpanlineExpressOptions } from './middleware/options.ts';
export { propagate, type PropagateOptions } from './propagate.ts';
export { identify, type Identity } from './request/identity.ts';
