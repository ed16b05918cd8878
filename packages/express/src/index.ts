import './augment.ts';

export { spanlineErrorHandler } from './error-handler.ts';
export { identify, type Identity } from './identity.ts';
export { spanlineExpress } from './middleware.ts';
export type { SpanlineExpressOptions } from './options.ts';
