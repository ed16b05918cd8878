/** Content blocks of a model's message: each call, each tool of the provider and each text once, and in one piece. */

import { isObject, list, type Props, props, text } from '@spanline/instrumentation';

/** The places besides the content that name what is in it. */
export interface BesideContent {
  /** Calls of the application's tools. */
  readonly calls: readonly unknown[];
  /** Pieces of calls of the provider's tools that LangChain took for calls of the application's. */
  readonly nameless: readonly unknown[];
  /** Items of OpenAI's Responses API. */
  readonly toolOutputs: readonly unknown[];
  /** The message was put together from chunks. */
  readonly isStreamed: boolean;
}

/** Blocks that repeat a tool call of `tool_calls`. */
const CALL_BLOCKS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'tool_call',
  'tool_call_chunk',
  'invalid_tool_call',
  'function_call',
  'functionCall',
]);

/** Blocks of a tool that Anthropic runs. Streamed, their input follows in blocks of its own. */
const SERVER_CALLS: ReadonlySet<unknown> = new Set(['server_tool_use', 'mcp_tool_use']);

function isCall(block: Props): boolean {
  return CALL_BLOCKS.has(block['type']) || block['functionCall'] !== undefined;
}

/** A piece of a text, without anything else. Anthropic's client leaves one for every chunk. */
function isPlainText(block: Props): boolean {
  return block['type'] === 'text' && typeof block['text'] === 'string' && Object.keys(block).length === 2;
}

/** Reads the blocks of one message. */
class BlockReader {
  readonly #beside: BesideContent;
  /** Items by the ids of the blocks that LangChain makes of them. */
  readonly #items = new Map<unknown, unknown>();
  readonly #blocks: unknown[] = [];
  /** Numbers of blocks that are calls of the application's tools. */
  readonly #callIndexes = new Set<unknown>();
  #hasInput = false;

  constructor(beside: BesideContent) {
    this.#beside = beside;
    const callIds = new Set(beside.calls.map((call) => props(call)['id']));
    for (const item of beside.toolOutputs) {
      const { id, call_id: callId } = props(item);
      if (text(callId) === undefined || !callIds.has(callId)) this.#items.set(id ?? item, item);
    }
  }

  read(content: readonly unknown[]): unknown[] {
    for (const block of content) this.#add(block);
    this.#addNameless();
    this.#addItems();
    return this.#blocks;
  }

  #add(block: unknown): void {
    if (!isObject(block)) {
      this.#blocks.push(block);
      return;
    }
    const source = block as Props;
    if (source['type'] === 'non_standard') this.#add(source['value']);
    else if (source['type'] === 'input_json_delta') this.#addInput(source);
    else if (isCall(source) && this.#beside.calls.length > 0) this.#callIndexes.add(source['index']);
    else if (!this.#addItem(source)) this.#addBlock(source);
  }

  /** The item says more than the block that LangChain made of it. */
  #addItem({ id, toolCallId }: Props): boolean {
    const key = text(id) ?? text(toolCallId);
    if (key === undefined || !this.#items.has(key)) return false;
    const item = this.#items.get(key);
    if (!this.#blocks.includes(item)) this.#blocks.push(item);
    return true;
  }

  #addBlock(block: Props): void {
    const last = this.#blocks.at(-1);
    if (this.#beside.isStreamed && isPlainText(block) && isObject(last) && isPlainText(last as Props)) {
      this.#blocks[this.#blocks.length - 1] = {
        type: 'text',
        text: `${String((last as Props)['text'])}${String(block['text'])}`,
      };
    } else this.#blocks.push(block);
  }

  /** A piece of the input of a call: of the block with the same number. */
  #addInput({ index, input }: Props): void {
    if (this.#callIndexes.has(index)) return;
    this.#hasInput = true;
    const at = this.#blocks.findLastIndex(
      (block) => isObject(block) && SERVER_CALLS.has((block as Props)['type']) && (block as Props)['index'] === index,
    );
    const call = props(at < 0 ? { type: 'server_tool_use', index } : this.#blocks[at]);
    const before = typeof call['input'] === 'string' ? call['input'] : '';
    const whole = { ...call, input: `${before}${text(input) ?? ''}` };
    if (at < 0) this.#blocks.push(whole);
    else this.#blocks[at] = whole;
  }

  /** Without tools of the application, Anthropic's client keeps the text of a stream alone. */
  #addNameless(): void {
    if (this.#hasInput) return;
    const calls = this.#beside.nameless.map((call) => ({ type: 'server_tool_use', input: props(call)['args'] }));
    this.#insert(calls);
  }

  #addItems(): void {
    const placed = new Set(this.#blocks);
    this.#insert([...this.#items.values()].filter((item) => !placed.has(item)));
  }

  /** The provider's tools run before the text that rests on them. */
  #insert(blocks: readonly unknown[]): void {
    if (blocks.length === 0) return;
    const first = this.#blocks.findIndex((block) => props(block)['type'] === 'text');
    this.#blocks.splice(first < 0 ? this.#blocks.length : first, 0, ...blocks);
  }
}

/** Most messages are a text, or blocks that stand nowhere else. */
function isSimple(content: unknown, { calls, nameless, toolOutputs, isStreamed }: BesideContent): boolean {
  if (nameless.length > 0 || toolOutputs.length > 0) return false;
  return !Array.isArray(content) || (calls.length === 0 && !isStreamed);
}

/** The content of a message with everything that is beside it. */
export function mergeBlocks(content: unknown, beside: BesideContent): unknown {
  if (isSimple(content, beside)) return content;
  const blocks = typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : list(content);
  return new BlockReader(beside).read(blocks);
}
