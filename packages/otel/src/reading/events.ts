/** Events of a span: the messages that the GenAI conventions up to 1.36 write as events, exceptions, and others. */
import { isObject, props, type Props, text } from '@spanline/record';
import { epochMsOf, type OtelEvent } from '../host/otel-span.ts';
import { fromJson } from './messages.ts';

/** An exception. */
export interface ReadException {
  readonly name: string | undefined;
  /** Its type, as it was written: the code of the error if it has one, else its name. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
}

/** The events of a span, read. */
export interface ReadEvents {
  readonly input: unknown[];
  readonly output: unknown[];
  /** Why the model stopped, by choice. Instrumentations that leave out content report it as well. */
  readonly reasons: string[];
  /** Attributes of an event with the whole content of a call. */
  readonly details: Readonly<Record<string, unknown>>[];
  /** The last exception. */
  exception: ReadException | undefined;
  /** Events that no key of the record has, with their times. */
  readonly others: { name: string; time?: string; attributes?: unknown }[];
}

/** Roles by event. */
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ['gen_ai.system.message', 'system'],
  ['gen_ai.user.message', 'user'],
  ['gen_ai.assistant.message', 'assistant'],
  ['gen_ai.tool.message', 'tool'],
]);
const CHOICE = 'gen_ai.choice';
/** Events of failures: on the span, and as a log record of a model call. */
const EXCEPTIONS: ReadonlySet<string> = new Set(['exception', 'gen_ai.client.operation.exception']);
/** Events with content as attributes, in the words of the conventions up to 1.27 and since 1.37. */
const DETAILS: ReadonlySet<string> = new Set([
  'gen_ai.content.prompt',
  'gen_ai.content.completion',
  'gen_ai.client.inference.operation.details',
]);
/** Events that say what attributes of the span say. */
const REPEATED: ReadonlySet<string> = new Set(['ai.stream.firstChunk', 'ai.stream.finish', 'First Token Stream Event']);
/** Of more events only the first are kept: a stream may have one for each chunk. */
export const MAX_EVENTS = 1000;

/** The attributes of an event with what is in its body. Some write the body as an attribute. */
function withBody({ body, 'event.body': older, ...attributes }: Readonly<Record<string, unknown>>): Props {
  return { ...attributes, ...props(fromJson(body ?? older)) };
}

/** The message in an event; `undefined` where the instrumentation leaves out content. */
function messageOf(role: string, fields: Props): Record<string, unknown> | undefined {
  const { id, content, tool_calls: calls, ...rest } = fields;
  const tools = fromJson(calls);
  if ((content === undefined || content === null) && !Array.isArray(tools)) return undefined;
  return {
    role: text(rest['role']) ?? role,
    content: isObject(content) ? content : (content ?? ''),
    ...(role === 'tool' && id !== undefined ? { tool_call_id: id } : {}),
    ...(Array.isArray(tools) ? { tool_calls: tools } : {}),
  };
}

function readChoice(fields: Props, read: ReadEvents): void {
  const given = fromJson(fields['message']);
  const inner = isObject(given) ? props(given) : { ...fields, ...(given === undefined ? {} : { content: given }) };
  const reason = text(fields['finish_reason']);
  const message = messageOf('assistant', inner);
  if (reason !== undefined) read.reasons.push(reason);
  if (message !== undefined) read.output.push(reason === undefined ? message : { ...message, finish_reason: reason });
}

/** An event as `spanline.events` has it. */
export function otherEvent({ name, time, attributes: given = {} }: OtelEvent): ReadEvents['others'][number] {
  // A log record without a body has the key without a value.
  const { body, ...named } = given;
  const attributes = body === undefined ? named : given;
  const epochMs = epochMsOf(time);
  const isTime = epochMs !== undefined && Math.abs(epochMs) < 8.64e15;
  return {
    name: String(name),
    ...(isTime ? { time: new Date(epochMs).toISOString() } : {}),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

/** OpenTelemetry's SDK writes the code of an error in place of its name, such as `20`. Its stack has the name. */
function readException(attributes: Readonly<Record<string, unknown>>): ReadException {
  const code = text(attributes['exception.type']);
  const stack = text(attributes['exception.stacktrace']);
  const [named] = /^[A-Z][\w$]*(?:Error|Exception)\b/.exec(stack ?? '') ?? [];
  const name = code !== undefined && /(?:Error|Exception)$/.test(code) ? code : (named ?? code);
  return { name, code, message: text(attributes['exception.message']), stack };
}

function readEvent(event: OtelEvent, read: ReadEvents): void {
  const { name, attributes = {} } = event;
  const role = MESSAGES.get(name);
  if (EXCEPTIONS.has(name)) {
    read.exception = readException(attributes);
  } else if (role !== undefined) {
    const message = messageOf(role, withBody(attributes));
    if (message !== undefined) read.input.push(message);
  } else if (name === CHOICE) readChoice(withBody(attributes), read);
  else if (DETAILS.has(name)) read.details.push(withBody(attributes));
  else if (!REPEATED.has(name)) read.others.push(otherEvent(event));
}

/** True for an event that is part of a call's content. */
export function isContentEvent(name: string): boolean {
  return MESSAGES.has(name) || DETAILS.has(name) || name === CHOICE;
}

/** Reads the events of a span. */
export function readEvents(events: readonly OtelEvent[]): ReadEvents {
  const read: ReadEvents = { input: [], output: [], reasons: [], details: [], exception: undefined, others: [] };
  for (const event of events.slice(0, MAX_EVENTS)) readEvent(event, read);
  return read;
}
