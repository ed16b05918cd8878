/** Errors of requests: the code of JSON-RPC is their type. */

import type { SpanAttributes } from '@spanline/core';
import { classNameOf, isObject, list, number, props, text } from '@spanline/instrumentation';

/** An error as a span records it. */
export interface RequestFailure {
  readonly error: unknown;
  readonly attributes: SpanAttributes;
}

/** https://www.jsonrpc.org/specification#error_object: what the SDKs answer for an error without a code. */
const INTERNAL_ERROR = -32_603;
const NONE: SpanAttributes = Object.freeze({});

/** Codes of JSON-RPC for a request that was wrong. The conventions count no others than the server's as its errors. */
const WRONG_REQUEST: ReadonlySet<unknown> = new Set([-32_700, -32_600, -32_601, -32_602]);

/** Errors that a client makes itself, in the words of the SDKs. The peer answered nothing. */
const LOCAL = [
  {
    is: /^(?:MCP error -32001: )?(?:Request timed out(?: after \d+ms)?|Maximum total timeout exceeded)$/,
    name: 'timeout',
    code: 'ETIMEDOUT',
  },
  { is: /^(?:MCP error -32000: )?Connection closed$/, name: 'connection_closed', code: 'ECONNRESET' },
  {
    is: /^(?:Not connected|Attempted to send a request from a closed client)$/,
    name: 'not_connected',
    code: 'ECONNRESET',
  },
] as const;

/** Errors of connections over HTTP, by the code of the cause that `fetch` has for them. */
const BY_CAUSE: ReadonlyMap<string, (typeof LOCAL)[number]['name']> = new Map([
  ['ECONNREFUSED', 'not_connected'],
  ['EAI_AGAIN', 'not_connected'],
  ['EHOSTUNREACH', 'not_connected'],
  ['ENETUNREACH', 'not_connected'],
  ['ENOTFOUND', 'not_connected'],
  ['ECONNRESET', 'connection_closed'],
  ['EPIPE', 'connection_closed'],
  ['UND_ERR_SOCKET', 'connection_closed'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
]);

/** Classes of errors whose code, or whose data, has the status of HTTP that a server answered with. */
const BY_STATUS = /^(?:StreamableHTTP|Sse|SdkHttp)Error$/;

/** The status of HTTP with which a request was refused. JSON-RPC has not seen it. */
function refusedWith(error: unknown): number | undefined {
  if (!isObject(error) || !BY_STATUS.test(classNameOf(error))) return undefined;
  const { code, data } = props(error);
  const status = number(code) ?? number(props(data)['status']);
  return status !== undefined && status >= 400 && status < 600 ? status : undefined;
}

/** A tool that failed, in a result that is otherwise a success. */
export function toolFailure(result: unknown): RequestFailure | undefined {
  const { isError, content } = props(result);
  if (isError !== true) return undefined;
  const message = list(content)
    .map((block) => text(props(block)['text']))
    .find((each) => each !== undefined);
  return { error: { name: 'tool_error', message: message ?? 'the tool failed' }, attributes: NONE };
}

function byCode(code: number, error: unknown, cause: unknown): RequestFailure {
  const { message, stack } = props(error);
  const described = { name: String(code), message: message ?? String(error), stack };
  return {
    error: cause === undefined ? described : { ...described, cause },
    attributes: { 'rpc.response.status_code': String(code) },
  };
}

/** The error that a request ended with, where it was sent. */
export function callFailure(error: unknown): RequestFailure {
  const { code, message, stack } = props(error);
  const local = LOCAL.find(({ is }) => is.test(String(message)));
  if (local !== undefined) return { error: { name: local.name, code: local.code, message, stack }, attributes: NONE };
  const { cause } = props(error);
  const lost = BY_CAUSE.get(String(props(cause)['code']));
  if (lost !== undefined) return { error: { name: lost, message, stack, cause }, attributes: NONE };
  const status = refusedWith(error);
  if (status !== undefined) return { error: { name: String(status), status, message, stack }, attributes: NONE };
  if (Number.isSafeInteger(code)) return byCode(code as number, error, undefined);
  const name = text(code);
  return { error: name === undefined ? error : { name, code, message, stack }, attributes: NONE };
}

/** The error that a handler threw, as the peer gets it. */
export function handlerFailure(error: unknown): RequestFailure {
  const { code } = props(error);
  return Number.isSafeInteger(code) ? byCode(code as number, error, undefined) : byCode(INTERNAL_ERROR, error, error);
}

/** True for an error that says that the request was wrong: the caller's fault, and none of the handler. */
export const isCallersFault = (error: unknown): boolean => WRONG_REQUEST.has(props(error)['code']);

/** The error of a request that its caller has taken back. */
interface Cancellation {
  readonly name: 'AbortError' | 'timeout';
  readonly code?: string;
  readonly message: string;
}

/**
 * The error of a request that its caller has taken back, with the caller's reason; `undefined` if nobody has. A
 * time-out of the caller's own is a failure like the SDK's.
 */
export function cancellation(signal: AbortSignal | undefined): Cancellation | undefined {
  if (signal?.aborted !== true) return undefined;
  const reason: unknown = signal.reason;
  const { name, message } = props(reason);
  const reported = text(message) ?? text(reason) ?? 'the request was cancelled';
  return name === 'TimeoutError'
    ? { name: 'timeout', code: 'ETIMEDOUT', message: reported }
    : { name: 'AbortError', message: reported };
}
