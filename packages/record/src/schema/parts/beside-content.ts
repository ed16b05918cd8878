/** Parts of a chat message that OpenAI and the providers that copy its API put beside the content. */

import { list, props, type Props, text } from '../../values/props.ts';
import type { MessagePart } from '../messages.ts';
import { string } from './block.ts';
import { serverToolCall, serverToolResult } from './server-tools.ts';
import { addReasoning, addText, citationsOf } from './text.ts';
import { addParts, MAX_BLOCKS } from './to-parts.ts';
import { toolCall } from './tool-calls.ts';

/** A spoken answer: what it says, and the sound. An earlier one is named by its id. */
function addAudio(audio: unknown, parts: MessagePart[]): void {
  const { id, data, transcript } = props(audio);
  if (text(transcript) !== undefined) parts.push({ type: 'text', content: String(transcript) });
  if (text(data) !== undefined) parts.push({ type: 'blob', modality: 'audio', content: String(data) });
  else if (text(transcript) === undefined && text(id) !== undefined) {
    parts.push({ type: 'file', modality: 'audio', file_id: String(id) });
  }
}

/** Tools that Groq ran. */
function addExecutedTools(tools: unknown, parts: MessagePart[]): void {
  for (const tool of list(tools).slice(-MAX_BLOCKS)) {
    const { type, arguments: input, index: _, ...results } = props(tool);
    const name = text(type) ?? 'unknown';
    parts.push(serverToolCall(undefined, name, input));
    if (Object.keys(results).length > 0) parts.push(serverToolResult(undefined, name, results));
  }
}

function addCalls(message: Props, parts: MessagePart[]): void {
  for (const call of list(message['tool_calls'] ?? message['toolCalls']).slice(-MAX_BLOCKS)) {
    const { id, name, args, type, function: called, custom } = props(call);
    if (called === undefined && custom === undefined) parts.push(toolCall(id, name, args));
    else addParts([{ id, function: called, custom, type: text(type) ?? 'function' }], parts);
  }
  const legacy = message['function_call'];
  if (legacy === undefined || legacy === null) return;
  const { name, arguments: args } = props(legacy);
  parts.push(toolCall(undefined, name, args));
}

/** Names of the thoughts: DeepSeek's, OpenRouter's and Groq's, Ollama's, Cohere's, Copilot's. Some send two of them. */
const THOUGHTS: readonly string[] = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'tool_plan',
  'toolPlan',
  'reasoning_text',
];

/** Thoughts as a list, of MiniMax and OpenRouter. Pieces of a stream have the number of the thought. */
function listedThoughts(details: unknown): string {
  let thoughts = '';
  let last: unknown;
  for (const detail of list(details).slice(0, MAX_BLOCKS)) {
    const { text: plain, summary, index } = props(detail);
    const thought = text(plain) ?? text(summary);
    if (thought === undefined) continue;
    thoughts += thoughts === '' || (index !== undefined && index === last) ? thought : `\n${thought}`;
    last = index;
  }
  return thoughts;
}

function reasoningOf(message: Props): string {
  for (const key of THOUGHTS) {
    const thought = text(message[key]);
    if (thought !== undefined) return thought;
  }
  return listedThoughts(message['reasoning_details']);
}

/** Sources of the whole message belong to its last text, unless its blocks have their own. */
function addSources(message: Props, first: number, parts: MessagePart[]): void {
  const citations = citationsOf(message);
  if (citations === undefined) return;
  const own = parts.slice(first);
  const index = own.findLastIndex(({ type }) => type === 'text');
  const last = own[index];
  if (last === undefined || own.some((part) => 'citations' in part)) return;
  parts[first + index] = { ...last, citations };
}

/** Keys of everything that is beside the content. */
const BESIDE: ReadonlySet<string> = new Set<string>(
  THOUGHTS.concat(
    'reasoning_details',
    'executed_tools',
    'citations',
    'annotations',
    'refusal',
    'audio',
    'images',
    'tool_calls',
    'toolCalls',
    'function_call',
  ),
);

/** True for a message of content alone. Visiting the keys that are there costs less than looking for those above. */
function isContentOnly(message: Props): boolean {
  for (const key in message) {
    const value = BESIDE.has(key) ? message[key] : undefined;
    if (value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)) return false;
  }
  const prototype: unknown = Object.getPrototypeOf(message);
  return prototype === Object.prototype || prototype === null;
}

/** Adds everything that a message holds: content, and what is beside it. */
export function addMessage(message: Props, parts: MessagePart[]): void {
  if (isContentOnly(message)) return addParts(message['content'], parts);
  const { content, refusal, audio, images } = message;
  addReasoning(reasoningOf(message), parts);
  addExecutedTools(message['executed_tools'], parts);
  const first = parts.length;
  addParts(content, parts);
  addSources(message, first, parts);
  if (string(refusal) !== undefined && refusal !== '') addText(String(refusal), undefined, parts);
  addAudio(audio, parts);
  addParts(images, parts);
  addCalls(message, parts);
}
