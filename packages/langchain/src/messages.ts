import type { Message } from '@spanline/core';
import { bag, type Bag, text, toMessages } from '@spanline/instrumentation';

/** How a message tells its kind; the first versions of 0.3 have the second way only. */
function kindOf(message: Bag): (() => unknown) | undefined {
  const { getType, _getType: older } = message;
  const found = typeof getType === 'function' ? getType : older;
  return typeof found === 'function' ? (found as () => unknown) : undefined;
}

/** A LangChain message, of any copy and version of the library. */
function isMessage(value: unknown): value is Bag {
  const message = bag(value);
  return 'content' in message && kindOf(message) !== undefined;
}

function roleOf(message: Bag): string {
  const type = text(message['type']) ?? text(kindOf(message)?.call(message)) ?? 'ai';
  return type === 'generic' ? (text(message['role']) ?? 'user') : type;
}

/** Blocks of a content that name the calls which `tool_calls` holds as well. */
const CALL_BLOCKS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'input_json_delta',
  'tool_call',
  'tool_call_chunk',
  'function_call',
  'functionCall',
]);

function isCall(block: unknown): boolean {
  const { type, functionCall } = bag(block);
  return CALL_BLOCKS.has(type) || functionCall !== undefined;
}

function withoutCalls(content: unknown): unknown {
  return Array.isArray(content) ? content.filter((block) => !isCall(block)) : content;
}

/** Calls as the model made them; those whose arguments are no JSON stand beside the others in LangChain. */
function callsOf({ tool_calls: calls, invalid_tool_calls: invalid }: Bag): readonly unknown[] {
  const valid: readonly unknown[] = Array.isArray(calls) ? calls : [];
  return Array.isArray(invalid) && invalid.length > 0 ? [...valid, ...(invalid as unknown[])] : valid;
}

/** Google's client names each answer `model`, which is its role. */
function nameOf(message: Bag): string | undefined {
  const name = text(message['name']);
  return name === 'model' ? undefined : name;
}

/** Thoughts that stand beside the content: DeepSeek and others, and OpenAI's summaries. */
function reasoningOf(message: Bag): string | undefined {
  const { reasoning_content: plain, reasoning } = bag(message['additional_kwargs']);
  const { summary } = bag(reasoning);
  if (!Array.isArray(summary)) return text(plain);
  return text(plain) ?? text(summary.map((part) => text(bag(part)['text']) ?? '').join('\n'));
}

/** A LangChain message in OpenTelemetry's shape. */
export function toMessage(message: Bag): Message {
  const calls = callsOf(message);
  const [converted] = toMessages([
    {
      role: roleOf(message),
      content: calls.length > 0 ? withoutCalls(message['content']) : message['content'],
      tool_call_id: message['tool_call_id'],
      tool_calls: calls,
      name: nameOf(message),
      reasoning_content: reasoningOf(message),
    },
  ]);
  return converted ?? { role: 'user', parts: [] };
}

/** Messages of a model call: LangChain's own, or whatever a caller put in their place. */
export function toModelMessages(messages: readonly unknown[]): Message[] {
  const converted: Message[] = [];
  for (const message of messages) {
    if (isMessage(message)) converted.push(toMessage(message));
    else converted.push(...toMessages([message]));
  }
  return converted;
}

const MAX_DEPTH = 4;
const MAX_ELEMENTS = 1000;

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function readElements(values: readonly unknown[], depth: number): unknown {
  const taken = values.length > MAX_ELEMENTS ? values.slice(-MAX_ELEMENTS) : values;
  return taken.map((value) => readable(value, depth + 1));
}

/**
 * Inputs and outputs of runs as a person reads them: messages in OpenTelemetry's shape, documents and prompts as what they hold, instead of the
 * constructors and kwargs that LangChain serialises them to. Copies the containers, never the texts, and changes nothing.
 */
export function readable(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return readElements(value, depth);
  if (isMessage(value)) return toMessage(value);
  const source = value as Bag;
  if (typeof source['toChatMessages'] === 'function') return readPrompt(source);
  if (typeof source['pageContent'] === 'string') {
    const { id, pageContent, metadata } = source;
    return { ...(id === undefined ? {} : { id }), pageContent, metadata };
  }
  if (typeof source['lg_name'] === 'string') return readCommand(source, depth);
  if (!isPlain(value)) return value;
  const copy: Bag = Object.create(null) as Bag;
  for (const key of Object.keys(source)) copy[key] = readable(source[key], depth + 1);
  return copy;
}

/** A prompt value: a list of messages, or one text. */
function readPrompt(prompt: Bag): unknown {
  return Array.isArray(prompt['messages']) ? readElements(prompt['messages'], 0) : prompt['value'];
}

/** LangGraph's `Command` and `Send`. */
function readCommand(command: Bag, depth: number): unknown {
  const { lg_name: name, update, goto, resume, node, args } = command;
  return readable({ command: name, update, goto, resume, node, args }, depth);
}
