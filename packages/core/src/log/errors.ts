/** Errors on the application's lines, in the form of pino's own serializer, with their causes. */
import pino from 'pino';
import { causeText } from '../trace/index.ts';
import { readField, UNREADABLE } from './read-field.ts';

/** True for errors, also of another realm. An object that merely has a message is no error. */
export function isErrorLike(value: unknown): value is Error {
  try {
    if (typeof value !== 'object' || value === null) return false;
    if (Object.prototype.toString.call(value) === '[object Error]') return true;
    const { name, message, stack } = value as Partial<Error>;
    return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
  } catch {
    return false;
  }
}

function text(error: Error, key: 'message' | 'stack'): string {
  try {
    return String(error[key] ?? '');
  } catch {
    return '';
  }
}

/** Message and stack of an error, without those of its causes. */
export function ownTexts(error: Error): { message: string; stack: string } {
  return { message: text(error, 'message'), stack: text(error, 'stack') };
}

function typeName(error: Error): string {
  try {
    const { name } = error;
    if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
    return error.constructor?.name || 'Error';
  } catch {
    return 'Error';
  }
}

/** An error as an object for the log. */
export interface DescribedError {
  type: string;
  /** With the messages of its causes. */
  message: string;
  /** With the stacks of its causes. */
  stack: string;
  /** See `causeText`. */
  cause?: string;
  /** Own enumerable fields, such as `code`, and `aggregateErrors`, the errors of an `AggregateError`. */
  [field: string]: unknown;
}

/** Fields of an error as pino writes them. pino marks the error meanwhile and reads all of it, which may throw. */
function serialized(error: Error): Record<string, unknown> {
  try {
    return { ...pino.stdSerializers.err(error) };
  } catch {
    return ownFields(error);
  }
}

function ownFields(error: Error): Record<string, unknown> {
  try {
    return Object.fromEntries(Object.keys(error).map((key) => [key, readField(error, key)]));
  } catch {
    return {};
  }
}

/** A field as the error has it. pino describes the errors in it by itself, and joins their causes. */
function originalOf(error: Error, key: string, written: unknown): unknown {
  if (typeof written !== 'object' || written === null) return written;
  const field = readField(error, key === 'aggregateErrors' ? 'errors' : key);
  return field === UNREADABLE || field === undefined ? written : field;
}

/** Describes an error. Errors in its fields are not described. Never throws. */
export function describeError(error: Error): DescribedError {
  const fields = serialized(error);
  const message = text(error, 'message');
  const cause = causeText(error);
  const described: DescribedError = {
    type: typeName(error),
    message: typeof fields['message'] === 'string' && fields['message'] !== '' ? fields['message'] : message,
    stack: typeof fields['stack'] === 'string' ? fields['stack'] : text(error, 'stack'),
  };
  if (cause !== undefined) described.cause = cause;
  const hasParts = fields['aggregateErrors'] !== undefined;
  for (const key of Object.keys(fields)) {
    if (Object.hasOwn(described, key) || (hasParts && key === 'errors')) continue;
    described[key] = originalOf(error, key, fields[key]);
  }
  return described;
}
