/** One SERVER span per request: what adapters of HTTP frameworks are made of. */

export { createDebugSwitch, type DebugSessionOptions, type DebugSwitch } from './debug/debug-switch.ts';
export { createDebugToken, type DebugKey, type DebugTokenOptions } from './debug/debug-token.ts';
export { type Exchange } from './exchange/exchange.ts';
export { forgetErrors, noteError } from './exchange/handled-error.ts';
export { runWithin } from './exchange/request-context.ts';
export { boundLog } from './exchange/request-log.ts';
export { exchangeOf, loggerNote, type RequestState, requestState, stateOf } from './exchange/request-state.ts';
export {
  createFeedbackHandler,
  type FeedbackAnswer,
  type FeedbackHandler,
  type FeedbackRequest,
  type FeedbackRouteOptions,
} from './feedback/feedback-handler.ts';
export { type JsonBody, readJson } from './feedback/json-body.ts';
export { clientSignalOf } from './node/client-signal.ts';
export { whenClosed } from './node/closing.ts';
export { jsonBody } from './node/json-body.ts';
export { listenerMethods, watchListeners } from './node/listener-context.ts';
export { type AnyMethod, inheritedBy, methodsOf, type Original } from './node/method.ts';
export { nodeEnding } from './node/node-ending.ts';
export { noteNodeError } from './node/node-errors.ts';
export { propertyOf } from './node/property-of.ts';
export { responseMethods, watchResponse } from './node/response-methods.ts';
export { propagate, type PropagateOptions } from './propagate.ts';
export { identifyRequest, type Identity } from './request/identity.ts';
export type { RequestReader } from './request/reader.ts';
export { noteRoute } from './request/span-name.ts';
export type { Ending } from './response/ending.ts';
export { type Outcome, outcomeOfAnswer } from './response/outcome.ts';
export type { Adapter } from './server/adapter.ts';
export type { ServerOptions } from './server/options.ts';
export { createRequestTracer, type RequestTracer } from './server/request-tracer.ts';
export {
  firstMessages,
  keyOfMessages,
  type NodeMessages,
  signalOfMessages,
  type WebMessages,
} from './web/web-messages.ts';
export { createWebRequestTracer, type WebFramework, type WebRequestTracer } from './web/web-request-tracer.ts';
