import './augment.ts';

export { spanlineErrorHandler } from './error-handler.ts';
export { spanlineExpress } from './middleware.ts';
export type { SpanlineExpressOptions } from './options.ts';
