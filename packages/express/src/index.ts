import './augment.ts';

export { debugSession, type DebugSessionOptions } from './debug-session.ts';
export { createDebugToken, type DebugKey, type DebugTokenOptions } from './debug-token.ts';
export { spanlineErrorHandler } from './error-handler.ts';
export { feedbackRoute, type FeedbackRouteOptions } from './feedback-route.ts';
export { identify, type Identity } from './identity.ts';
export { spanlineExpress } from './middleware.ts';
export type { SpanlineExpressOptions } from './options.ts';
export { propagate, type PropagateOptions } from './propagate.ts';
