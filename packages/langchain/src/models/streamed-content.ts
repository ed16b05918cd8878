/**
 * The pieces of a streamed answer, in case it never ends: text, thoughts, calls, tools of the provider. LangChain
 * reports them with chunks or with stream events.
 */

import type { Message } from '@spanline/core';
import {
  createEntries,
  createTextBuffer,
  type Entries,
  list,
  type Props,
  props,
  text,
  type TextBuffer,
} from '@spanline/instrumentation';
import { toMessage } from '../objects/messages.ts';

/** A call, as far as it has arrived. */
interface StreamedCall {
  readonly isServer: boolean;
  id: string | undefined;
  name: string | undefined;
  args: TextBuffer;
}

const newCall = (isServer = false): StreamedCall => ({
  isServer,
  id: undefined,
  name: undefined,
  args: createTextBuffer(),
});

/** Limit of blocks that are kept. */
const MAX_BLOCKS = 1000;

/** Blocks that have arrived with their deltas when they are complete. */
const DELTA_BLOCKS: ReadonlySet<unknown> = new Set(['text', 'reasoning', 'tool_call', 'server_tool_call']);
const SERVER_CHUNK = 'server_tool_call_chunk';
const isReasoning = (type: unknown): boolean => type === 'thinking' || type === 'reasoning';

/** The pieces so far. The methods that add return true for a piece of the answer. */
export class StreamedContent {
  readonly #text = createTextBuffer();
  readonly #reasoning = createTextBuffer();
  readonly #transcript = createTextBuffer();
  readonly #refusal = createTextBuffer();
  readonly #calls: Entries<StreamedCall> = createEntries();
  readonly #blocks: unknown[] = [];
  /** Sources of the text. */
  readonly #sources: unknown[] = [];
  readonly #toolOutputs: unknown[] = [];
  #legacyCall: StreamedCall | undefined;

  /**
   * Adds a chunk.
   *
   * @param token - its text; of blocks, LangChain's clients also pass thoughts and pieces of arguments
   */
  addChunk(token: unknown, { content, tool_call_chunks: chunks, additional_kwargs: kwargs }: Props): boolean {
    let isContent = this.#addKwargs(props(kwargs));
    if (!Array.isArray(content) || content.length === 0) isContent = add(this.#text, token) || isContent;
    else for (const block of content) isContent = this.#addBlock(props(block)) || isContent;
    if (!Array.isArray(chunks)) return isContent;
    for (const [position, chunk] of chunks.entries()) {
      const { index = position } = props(chunk);
      isContent = addToCall(this.#calls.at(index, newCall), props(chunk)) || isContent;
    }
    return isContent;
  }

  /** Adds a stream event. */
  addEvent({ event: kind, index, content, delta }: Props): boolean {
    if (kind === 'content-block-delta') return this.#addDelta(index, props(delta));
    const block = props(content);
    const { type } = block;
    const isCall = type === 'tool_call_chunk' || type === SERVER_CHUNK;
    if (isCall)
      return addToCall(
        this.#calls.at(index, () => newCall(type === SERVER_CHUNK)),
        block,
      );
    const isNew = kind === 'content-block-finish' && !DELTA_BLOCKS.has(type);
    return isNew && this.#addBlock(block);
  }

  #addDelta(index: unknown, { type, text: plain, reasoning, args, fields }: Props): boolean {
    if (type === 'text-delta') return add(this.#text, plain);
    if (type === 'reasoning-delta') return add(this.#reasoning, reasoning);
    if (type === 'tool-call-delta') return addToCall(this.#calls.at(index, newCall), { args });
    const snapshot = props(fields)['args'];
    const call = type === 'block-delta' && snapshot !== undefined ? this.#calls.at(index, newCall) : undefined;
    if (call !== undefined) call.args = createTextBuffer();
    return addToCall(call, { args: snapshot });
  }

  #addBlock(block: Props): boolean {
    const { type, text: plain, thought, thinking, reasoning, citations, annotations } = block;
    if (isReasoning(type)) return add(this.#reasoning, thinking ?? reasoning);
    if (type !== 'text') return keep(this.#blocks, [block]);
    const hasSources = keep(this.#sources, list(citations ?? annotations));
    return add(thought === true ? this.#reasoning : this.#text, plain) || hasSources;
  }

  #addKwargs(kwargs: Props): boolean {
    let isContent = false;
    for (const key in kwargs) isContent = this.#addKwarg(key, kwargs[key]) || isContent;
    return isContent;
  }

  #addKwarg(key: string, value: unknown): boolean {
    if (key === 'reasoning_content') return add(this.#reasoning, value);
    if (key === 'refusal') return add(this.#refusal, value);
    if (key === 'audio') return add(this.#transcript, props(value)['transcript']);
    if (key === 'citations' || key === 'annotations') {
      // Clients repeat them with each chunk. They are no piece of the answer.
      keep(
        this.#sources,
        list(value).filter((source) => !this.#sources.includes(source)),
      );
      return false;
    }
    if (key === 'tool_outputs') return keep(this.#toolOutputs, list(value));
    if (key !== 'function_call' || value === undefined || value === null) return false;
    const { name, arguments: args } = props(value);
    return addToCall((this.#legacyCall ??= newCall()), { name, args });
  }

  /** The answer so far. */
  toMessage(): Message {
    const plain = this.#text.toString();
    const calls = this.#calls.all().map(({ args, ...call }) => ({ ...call, args: args.toString() }));
    const own = calls.filter(({ isServer }) => !isServer);
    const server = calls.filter(({ isServer }) => isServer).map((call) => ({ ...call, type: 'server_tool_call' }));
    const said = { type: 'text', text: plain, ...(this.#sources.length === 0 ? {} : { citations: this.#sources }) };
    return toMessage({
      type: 'ai',
      content: [...this.#blocks, ...server, ...(plain === '' ? [] : [said])],
      tool_calls: own.filter(({ name }) => name !== undefined),
      invalid_tool_calls: own.filter(({ name }) => name === undefined),
      tool_call_chunks: [],
      additional_kwargs: {
        reasoning_content: text(this.#reasoning.toString()),
        refusal: text(this.#refusal.toString()),
        audio: { transcript: text(this.#transcript.toString()) },
        tool_outputs: this.#toolOutputs,
        function_call: this.#legacyCall && {
          name: this.#legacyCall.name,
          arguments: this.#legacyCall.args.toString(),
        },
      },
    });
  }
}

function add(buffer: TextBuffer, piece: unknown): boolean {
  if (text(piece) === undefined) return false;
  buffer.add(piece);
  return true;
}

function keep(kept: unknown[], values: readonly unknown[]): boolean {
  for (const value of values) if (kept.length < MAX_BLOCKS) kept.push(value);
  return values.length > 0;
}

function addToCall(call: StreamedCall | undefined, { id, name, args }: Props): boolean {
  if (call === undefined) return false;
  call.id ??= text(id);
  call.name ??= text(name);
  call.args.add(typeof args === 'object' && args !== null ? JSON.stringify(args) : args);
  return true;
}
