export { type Backoff, backoffMs, retryAfterMs } from './backoff.ts';
export {
  createHttpClient,
  describeHttpError,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type HttpResponse,
  isTooLong,
} from './http-client.ts';
export {
  createJsonClient,
  type JsonClient,
  type JsonClientOptions,
  type JsonRequest,
  type JsonResponse,
} from './json-client.ts';
export { isSecret, readSecret, type Secret } from './secret.ts';
