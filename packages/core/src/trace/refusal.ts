/** Failed calls that nobody bills: the provider refused the request before it worked on it, or was not reached. */
import { readText } from '../gate/index.ts';
import { classifyError } from './error-class.ts';
import { causeChain, httpStatusOf } from './thrown-value.ts';

/** Codes of requests that did not reach a server. */
const NOT_REACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A timeout of the server, and a request that the client closed: somebody worked on it. */
const WORKED_ON: ReadonlySet<number> = new Set([408, 499]);
/** The server has no capacity for the request. */
const OVERLOADED: ReadonlySet<number> = new Set([503, 529]);

/**
 * Azure bills requests that it processed before it answered 400: those of the content filter and of the input limit
 * (https://learn.microsoft.com/azure/ai-foundry/openai/how-to/manage-costs). Google bills no request that failed with
 * 400 or 500 (https://ai.google.dev/gemini-api/docs/billing).
 */
function isRefusal(status: number, provider: string | undefined): boolean {
  if (status === 400) return provider?.startsWith('azure.') !== true;
  if (status < 500) return status > 400 && !WORKED_ON.has(status);
  return OVERLOADED.has(status) || (status === 500 && provider?.startsWith('gcp.') === true);
}

/**
 * True if a call that failed before its answer began is billed by nobody. A filter that read the prompt, a timeout and
 * a connection that broke leave it open. Never throws.
 */
export function isRefused(error: unknown, provider: string | undefined): boolean {
  const chain = causeChain(error);
  if (chain.some((link) => NOT_REACHED.has(readText(link, 'code') ?? ''))) return true;
  const errorClass = chain.map(classifyError).findLast((found) => found !== undefined);
  if (errorClass === 'rate_limit' || errorClass === 'auth') return true;
  if (errorClass === 'content_filter') return false;
  const status = chain.map(httpStatusOf).findLast((found) => found !== undefined);
  return status !== undefined && isRefusal(status, provider);
}
