/** Messages of errors that hold the JSON body of a provider's answer, as clients make them: `429 {"error":{…}}`. */

import { isObject, props } from './props.ts';

/** Longest text that is looked at. Bodies of errors are shorter. */
const MAX_READ = 65_536;
/** A body may be the text of a field of another body. */
const MAX_DEPTH = 5;
/** Keys of a message, and those of what holds one. */
const MESSAGES = ['message', 'Message', 'msg', 'detail', 'error_description', 'title'];
const HOLDERS = ['error', 'errors', 'detail', 'body'];
const KINDS = ['type', 'status', 'code', '__type'];
/** A body that was cut has its message in front, as a rule. */
const CUT_MESSAGE = /"(?:message|Message|msg|detail)"\s*:\s*"((?:[^"\\]|\\.)*)/;
/** In front of a body without an error in it, which may be any object. */
const STATUS = /^[\s:]*$|^(?:[\w ]+: ?)?\d{3}\b[\w ]*:? *$/;

/** The message in a body, and its kind: `rate_limit_error`. */
interface Found {
  readonly text: string;
  readonly kind: string | undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const isName = (value: unknown): value is string => isText(value) && /\D/.test(value) && value !== 'error';

function find(value: unknown, depth: number): Found | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (isText(value)) return find(parse(value.trim()), depth + 1) ?? { text: value.trim(), kind: undefined };
  if (Array.isArray(value)) return find(value[0], depth + 1);
  if (!isObject(value)) return undefined;
  const body = props(value);
  const kind = KINDS.map((key) => body[key]).find(isName);
  const own = MESSAGES.map((key) => body[key]).find(isText);
  for (const part of [...HOLDERS.map((key) => body[key]), own]) {
    const found = find(part, depth + 1);
    if (found !== undefined) return { text: found.text, kind: found.kind ?? kind };
  }
  return undefined;
}

function parse(text: string): unknown {
  if (!/^[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unescape(text: string): string {
  const parsed = parse(`["${text.replace(/\\(?:u[\da-f]{0,3})?$/i, '')}"]`);
  return Array.isArray(parsed) && typeof parsed[0] === 'string' ? parsed[0] : text;
}

/** True for the body of an error. A list may be anything else, such as the issues of a validation. */
function holdsError(body: unknown, before: string): boolean {
  if (Array.isArray(body)) return props(body[0])['error'] !== undefined;
  const { error, errors, type, status, code } = props(body);
  return STATUS.test(before) || [error, errors, type, status, code].some((value) => value !== undefined);
}

/**
 * The message of an error for a person. A JSON body in it is replaced by the message and the type inside:
 * `429 {"error":{"type":"rate_limit_error","message":"Too many"}}` becomes `429 rate_limit_error: Too many`.
 * A message without such a body stays as it is. It never throws.
 */
export function readableMessage(message: string): string {
  const start = message.search(/\[\s*\{|\{/);
  if (start < 0) return message;
  const end = message.lastIndexOf(message[start] === '[' ? ']' : '}') + 1;
  const before = message.slice(0, start);
  const body = end > start && end - start <= MAX_READ ? parse(message.slice(start, end)) : undefined;
  if (body === undefined) {
    const cut = message.slice(start, start + MAX_READ);
    const [, inside] = /^\[?\s*\{\s*"/.test(cut) && /"error"\s*:/.test(cut) ? (CUT_MESSAGE.exec(cut) ?? []) : [];
    return isText(inside) ? `${before}${unescape(inside)}` : message;
  }
  const found = holdsError(body, before) ? find(body, 0) : undefined;
  if (found === undefined) return message;
  const { text, kind } = found;
  const isSaid = kind === undefined || text.includes(kind) || before.includes(kind);
  return `${before}${isSaid ? '' : `${kind}: `}${text}${message.slice(end)}`;
}
