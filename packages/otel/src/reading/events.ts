/** Events of a span: the messages that the GenAI conventions up to 1.36 write as events, exceptions, and others. */
import { isObject, props, text } from '@spanline/record';
import { epochMsOf, type OtelEvent } from '../host/otel-span.ts';
import { fromJson } from './messages.ts';

/** The events of a span, read. */
export interface ReadEvents {
  readonly input: unknown[];
  readonly output: unknown[];
  /** Attributes of an event with the whole content of a call. */
  readonly details: Readonly<Record<string, unknown>>[];
  /** The last exception. */
  exception: { name: string | undefined; message: string | undefined; stack: string | undefined } | undefined;
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
/** Events with content as attributes, in the words of the conventions up to 1.27 and since 1.37. */
const DETAILS: ReadonlySet<string> = new Set([
  'gen_ai.content.prompt',
  'gen_ai.content.completion',
  'gen_ai.client.inference.operation.details',
]);
/** Events that say what attributes of the span say. */
const REPEATED: ReadonlySet<string> = new Set(['ai.stream.firstChunk', 'ai.stream.finish', 'First Token Stream Event']);
/** Of more events only the first are kept: a stream may have one for each chunk. */
const MAX_EVENTS = 1000;

/** The message in an event. Some write its body as one attribute, or as JSON in `content`. */
function messageOf(role: string, attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body = props(fromJson(attributes['body'] ?? attributes['event.body']));
  const { id, content, tool_calls: calls, ...rest } = { ...attributes, ...body } as Record<string, unknown>;
  const tools = fromJson(calls);
  return {
    role: text(rest['role']) ?? role,
    content: isObject(content) ? content : (content ?? ''),
    ...(role === 'tool' && id !== undefined ? { tool_call_id: id } : {}),
    ...(Array.isArray(tools) ? { tool_calls: tools } : {}),
  };
}

function choiceOf(attributes: Readonly<Record<string, unknown>>): unknown {
  const body = props(fromJson(attributes['body'] ?? attributes['event.body']));
  const reason = attributes['finish_reason'] ?? body['finish_reason'];
  const given = fromJson(attributes['message'] ?? body['message']);
  const inner = isObject(given) ? props(given) : { ...attributes, ...(given === undefined ? {} : { content: given }) };
  const message = messageOf('assistant', inner);
  return reason === undefined ? message : { ...message, finish_reason: reason };
}

function otherEvent({ name, time, attributes }: OtelEvent): ReadEvents['others'][number] {
  const epochMs = epochMsOf(time);
  const isTime = epochMs !== undefined && Math.abs(epochMs) < 8.64e15;
  return {
    name: String(name),
    ...(isTime ? { time: new Date(epochMs).toISOString() } : {}),
    ...(attributes === undefined || Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

function readEvent(event: OtelEvent, read: ReadEvents): void {
  const { name, attributes = {} } = event;
  const role = MESSAGES.get(name);
  if (name === 'exception') {
    read.exception = {
      name: text(attributes['exception.type']),
      message: text(attributes['exception.message']),
      stack: text(attributes['exception.stacktrace']),
    };
  } else if (role !== undefined) read.input.push(messageOf(role, attributes));
  else if (name === 'gen_ai.choice') read.output.push(choiceOf(attributes));
  else if (DETAILS.has(name)) read.details.push(attributes);
  else if (!REPEATED.has(name)) read.others.push(otherEvent(event));
}

/** Reads the events of a span. */
export function readEvents(events: readonly OtelEvent[]): ReadEvents {
  const read: ReadEvents = { input: [], output: [], details: [], exception: undefined, others: [] };
  for (const event of events.slice(0, MAX_EVENTS)) readEvent(event, read);
  return read;
}
