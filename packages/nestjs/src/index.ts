export { spanlineInterceptor } from './interceptor.ts';
