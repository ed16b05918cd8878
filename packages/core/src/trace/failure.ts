import type { ErrorClass } from '@spanline/record';

/** An error as a record tells it. */
export interface Failure {
  /** Low cardinality: the exception's name, else its code. */
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly class: ErrorClass;
  /** Absent where nothing is known. */
  readonly retryable: boolean | undefined;
}

/** What a thrown value means for the span it ends. */
export type Verdict = 'error' | 'aborted' | 'interrupted' | 'ok';

const MAX_CAUSES = 5;

/** Reads a property of a value that may be hostile. */
function read(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The error and its causes, outermost first. */
function chain(error: unknown): unknown[] {
  const links: unknown[] = [];
  for (let link = error; link !== undefined && link !== null && links.length < MAX_CAUSES; link = read(link, 'cause')) {
    if (links.includes(link)) break;
    links.push(link);
  }
  return links;
}

function statusOf(link: unknown): number | undefined {
  for (const key of ['status', 'statusCode', 'status_code']) {
    const value = read(link, key) ?? read(read(link, 'response'), key);
    if (typeof value === 'number' && value >= 100 && value < 600) return value;
  }
  return undefined;
}

function constructorName(error: unknown): string | undefined {
  return text(read(read(error, 'constructor'), 'name'));
}

/** The name an operator searches for: `RateLimitError`, `TypeError`, `ECONNREFUSED`; `Error` says nothing, so a code or class name is preferred. */
function typeOf(error: unknown): string {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return typeof error;
  const own = text(read(error, 'name'));
  if (own !== undefined && own !== 'Error') return own;
  const constructed = constructorName(error);
  if (constructed !== undefined && constructed !== 'Error' && constructed !== 'Object') return constructed;
  return text(read(error, 'code')) ?? own ?? 'Error';
}

function messageOf(error: unknown): string {
  const message = text(read(error, 'message'));
  if (message !== undefined) return message;
  if (typeof error === 'object' && error !== null) return '';
  try {
    return String(error);
  } catch {
    return '';
  }
}

const BY_CODE: Readonly<Record<string, ErrorClass>> = {
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
};

const BY_NAME: Readonly<Record<string, ErrorClass>> = {
  AbortError: 'aborted',
  APIUserAbortError: 'aborted',
  ModelAbortError: 'aborted',
  TimeoutError: 'timeout',
  NodeTimeoutError: 'timeout',
  APIConnectionTimeoutError: 'timeout',
  APIConnectionError: 'network',
  RateLimitError: 'rate_limit',
  AuthenticationError: 'auth',
  PermissionDeniedError: 'auth',
  ContextOverflowError: 'context_length',
};

/** What `fetch` says, also at the end of the message of a client that keeps no cause, and Google's client of a stream that was cut. */
const NETWORK_MESSAGE = /(?:^|: )(?:fetch failed|terminated)$|Error reading from the stream$/;

function byStatus(status: number | undefined): ErrorClass | undefined {
  if (status === 429) return 'rate_limit';
  if (status === 401 || status === 403) return 'auth';
  return status === 408 || status === 504 ? 'timeout' : undefined;
}

function classOf(link: unknown): ErrorClass | undefined {
  const code = text(read(link, 'code')) ?? text(read(link, 'lc_error_code')) ?? text(read(read(link, 'error'), 'code'));
  const name = text(read(link, 'name')) ?? '';
  return (
    (code === undefined ? undefined : BY_CODE[code]) ??
    BY_CODE[text(read(link, 'lc_error_code')) ?? ''] ??
    BY_NAME[name] ??
    BY_NAME[constructorName(link) ?? ''] ??
    byStatus(statusOf(link)) ??
    (NETWORK_MESSAGE.test(messageOf(link)) ? 'network' : undefined)
  );
}

function retryable(kind: ErrorClass, status: number | undefined): boolean | undefined {
  if (kind === 'rate_limit' || kind === 'timeout' || kind === 'network') return true;
  if (kind === 'auth' || kind === 'context_length' || kind === 'content_filter') return false;
  if (status === undefined) return undefined;
  return status >= 500;
}

/** Tells an error in the record's terms. The class is that of the innermost cause that has one. Never throws. */
export function describeFailure(error: unknown): Failure {
  const links = chain(error);
  const kind = links.map(classOf).findLast((found) => found !== undefined) ?? 'other';
  const status = links.map(statusOf).findLast((found) => found !== undefined);
  return {
    type: typeOf(error),
    message: messageOf(error),
    stack: text(read(error, 'stack')),
    class: kind,
    retryable: retryable(kind, status),
  };
}

/** What libraries put into a plain `Error` when their caller aborted. */
const ABORT_MESSAGES: ReadonlySet<string> = new Set([
  'Abort',
  'AbortError',
  'Aborted',
  'Request was aborted.',
  'This operation was aborted',
]);

/**
 * Not every thrown value is a failure: LangGraph's control flow carries `is_bubble_up` (an interrupt waits for a human, a graph that was drained
 * for the next process; a parent command is a normal end), and an abort was asked for by the caller.
 */
export function judge(error: unknown): Verdict {
  if (read(error, 'is_bubble_up') === true) {
    const name = text(read(error, 'name')) ?? constructorName(error) ?? '';
    return name.endsWith('Interrupt') || name === 'GraphDrained' ? 'interrupted' : 'ok';
  }
  const name = text(read(error, 'name')) ?? '';
  if (BY_NAME[name] === 'aborted' || BY_NAME[constructorName(error) ?? ''] === 'aborted') return 'aborted';
  if (text(read(error, 'code')) === 'ABORT_ERR') return 'aborted';
  return name === 'Error' && ABORT_MESSAGES.has(messageOf(error)) ? 'aborted' : 'error';
}

/** True when `error` is `origin`, wraps it, or repeats its message: the failure arose below and only passed through. */
export function isSameFailure(error: unknown, origin: unknown): boolean {
  if (chain(error).includes(origin)) return true;
  const message = messageOf(error);
  return message !== '' && message === messageOf(origin);
}
