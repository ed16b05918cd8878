/** The body of a feedback request. */

import { isSpanId, isTraceId } from '@spanline/instrumentation';
import { acceptRequestId } from '../request/request-id.ts';

/** A user's judgement of an answer. */
export interface Feedback {
  readonly traceId: string | undefined;
  readonly requestId: string | undefined;
  readonly spanId: string | undefined;
  readonly name: string;
  readonly value: number | string | boolean;
  readonly comment: string | undefined;
}

const FIELDS: ReadonlySet<string> = new Set(['traceId', 'requestId', 'spanId', 'name', 'value', 'comment']);
const NAME = /^[A-Za-z0-9_.:-]{1,64}$/;
const MAX_LABEL = 128;
const MAX_COMMENT = 4000;

function isValue(value: unknown): value is Feedback['value'] {
  if (typeof value === 'string') return value.length > 0 && value.length <= MAX_LABEL;
  return typeof value === 'boolean' || Number.isFinite(value);
}

function isAbsentOr(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value);
}

/** Why a body is not valid. Never repeats its values. */
function complaint(body: Readonly<Record<string, unknown>>): string | undefined {
  const { traceId, requestId, spanId, name, value, comment } = body;
  if (Object.keys(body).some((key) => !FIELDS.has(key))) return `only ${[...FIELDS].join(', ')} may be given`;
  if (traceId === undefined && requestId === undefined) return 'traceId or requestId is missing';
  if (!isAbsentOr(traceId, isTraceId)) return 'traceId must be 32 lower-case hex digits';
  if (!isAbsentOr(spanId, isSpanId)) return 'spanId must be 16 lower-case hex digits';
  if (spanId !== undefined && traceId === undefined) return 'spanId needs a traceId';
  if (!isAbsentOr(requestId, (id) => acceptRequestId(id) !== undefined)) return 'requestId is not a request id';
  if (typeof name !== 'string' || !NAME.test(name)) return 'name must be 1 to 64 characters of A-Z a-z 0-9 _ . : -';
  if (!isValue(value)) return `value must be a number, true, false or a text of 1 to ${MAX_LABEL} characters`;
  if (!isAbsentOr(comment, (text) => typeof text === 'string' && text.length <= MAX_COMMENT)) {
    return `comment must be a text of at most ${MAX_COMMENT} characters`;
  }
  return undefined;
}

/** Reads the body of a feedback request. @returns a string with the reason if the body is not valid */
export function readFeedback(body: unknown): Feedback | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body must be a JSON object';
  const given = body as Readonly<Record<string, unknown>>;
  return complaint(given) ?? (given as unknown as Feedback);
}
