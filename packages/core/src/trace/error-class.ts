/** Error classes: a few names for the failures of many libraries. */
import type { ErrorClass } from '@spanline/record';
import { readProperty, readText } from '../gate/index.ts';
import { isReportedAbort } from './reported-aborts.ts';
import { classNameOf, httpStatusOf, messageOf } from './thrown-value.ts';

const BY_CODE: ReadonlyMap<string, ErrorClass> = new Map(
  Object.entries<ErrorClass>({
    ETIMEDOUT: 'timeout',
    ESOCKETTIMEDOUT: 'timeout',
    UND_ERR_CONNECT_TIMEOUT: 'timeout',
    UND_ERR_HEADERS_TIMEOUT: 'timeout',
    UND_ERR_BODY_TIMEOUT: 'timeout',
    ECONNREFUSED: 'network',
    ECONNRESET: 'network',
    ECONNABORTED: 'network',
    ENOTFOUND: 'network',
    EAI_AGAIN: 'network',
    EPIPE: 'network',
    EHOSTUNREACH: 'network',
    ENETUNREACH: 'network',
    UND_ERR_SOCKET: 'network',
    ERR_STREAM_PREMATURE_CLOSE: 'network',
    rate_limit_exceeded: 'rate_limit',
    insufficient_quota: 'rate_limit',
    MODEL_RATE_LIMIT: 'rate_limit',
    invalid_api_key: 'auth',
    MODEL_AUTHENTICATION: 'auth',
    context_length_exceeded: 'context_length',
    CONTEXT_OVERFLOW: 'context_length',
    content_filter: 'content_filter',
    content_policy_violation: 'content_filter',
  }),
);

const BY_NAME: ReadonlyMap<string, ErrorClass> = new Map(
  Object.entries<ErrorClass>({
    AbortError: 'aborted',
    APIUserAbortError: 'aborted',
    ModelAbortError: 'aborted',
    // The reason of Next's `request.signal`.
    ResponseAborted: 'aborted',
    TimeoutError: 'timeout',
    NodeTimeoutError: 'timeout',
    APIConnectionTimeoutError: 'timeout',
    APIConnectionError: 'network',
    RateLimitError: 'rate_limit',
    // Amazon's. In a stream they have no HTTP status.
    ThrottlingException: 'rate_limit',
    TooManyRequestsException: 'rate_limit',
    ModelTimeoutException: 'timeout',
    AccessDeniedException: 'auth',
    ExpiredTokenException: 'auth',
    CredentialsProviderError: 'auth',
    AuthenticationError: 'auth',
    PermissionDeniedError: 'auth',
    ContextOverflowError: 'context_length',
  }),
);

/**
 * Messages of `fetch`, alone or at the end of the message of a client that keeps no cause, and of Google's client for a
 * stream that broke off.
 */
const NETWORK_MESSAGE = /(?:^|: )(?:fetch failed|terminated)$|Error reading from the stream$/;

function byStatus(status: number | undefined): ErrorClass | undefined {
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 403) return 'auth';
  return status === 408 || status === 504 ? 'timeout' : undefined;
}

/** True if the error was reported as an abort, or if its name or the name of its class is that of one. */
export function isAbort(error: unknown): boolean {
  return (
    isReportedAbort(error) ||
    BY_NAME.get(readText(error, 'name') ?? '') === 'aborted' ||
    BY_NAME.get(classNameOf(error) ?? '') === 'aborted'
  );
}

/** Classifies an error by its own properties, without its causes: code, name, HTTP status, message. */
export function classifyError(error: unknown): ErrorClass | undefined {
  if (isReportedAbort(error)) return 'aborted';
  // LangChain keeps its own code beside the provider's.
  const langChainCode = readText(error, 'lc_error_code');
  const code = readText(error, 'code') ?? langChainCode ?? readText(readProperty(error, 'error'), 'code');
  return (
    BY_CODE.get(code ?? '') ??
    BY_CODE.get(langChainCode ?? '') ??
    BY_NAME.get(readText(error, 'name') ?? '') ??
    BY_NAME.get(classNameOf(error) ?? '') ??
    byStatus(httpStatusOf(error)) ??
    (NETWORK_MESSAGE.test(messageOf(error)) ? 'network' : undefined)
  );
}
