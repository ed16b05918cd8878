import type { Props } from '@spanline/instrumentation';
import { isMessage, toMessage } from './messages.ts';

const MAX_DEPTH = 4;
const MAX_ELEMENTS = 1000;

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The last thousand are converted. Capture keeps no more by default, and says how many it leaves out. */
function readElements(values: readonly unknown[], depth: number): unknown {
  const first = Math.max(0, values.length - MAX_ELEMENTS);
  const read = (value: unknown): unknown => readable(value, depth + 1);
  return first === 0 ? values.map(read) : [...values.slice(0, first), ...values.slice(first).map(read)];
}

/**
 * Converts the input or output of a run into plain values: messages in OpenTelemetry's shape, documents and prompts as
 * their content, instead of the constructors and kwargs that LangChain serialises them to. Copies containers, shares
 * the texts, and never changes the value.
 */
export function readable(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return readElements(value, depth);
  if (isMessage(value)) return toMessage(value);
  const source = value as Props;
  if (typeof source['toChatMessages'] === 'function') return readPromptValue(source);
  if (typeof source['pageContent'] === 'string') {
    const { id, pageContent, metadata } = source;
    return { ...(id === undefined ? {} : { id }), pageContent, metadata };
  }
  if (typeof source['lg_name'] === 'string') return readCommand(source, depth);
  if (!isPlain(value)) return value;
  return copyOf(source, depth);
}

/** An object without a prototype is a hash table, which costs a microsecond to make and to read. */
function copyOf(source: Props, depth: number): Props {
  const keys = Object.keys(source);
  const copy = (keys.includes('__proto__') ? Object.create(null) : {}) as Props;
  for (const key of keys) copy[key] = readable(source[key], depth + 1);
  return copy;
}

/** A prompt value holds a list of messages or one text. */
function readPromptValue(prompt: Props): unknown {
  return Array.isArray(prompt['messages']) ? readElements(prompt['messages'], 0) : prompt['value'];
}

/** LangGraph's `Command` and `Send`. */
function readCommand(command: Props, depth: number): unknown {
  const { lg_name: name, update, goto, resume, node, args } = command;
  return readable({ command: name, update, goto, resume, node, args }, depth);
}
