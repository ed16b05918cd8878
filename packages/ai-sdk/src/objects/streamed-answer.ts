/** An answer of a model that arrives in parts. */

import { createTextBuffer, type Props, props, text, type TextBuffer } from '@spanline/instrumentation';

/** Limit of pieces of content that are kept of one answer. */
const MAX_PIECES = 1000;

/** A text, a thought, or the arguments of a tool call, so far. */
interface Piece {
  readonly type: 'text' | 'reasoning' | 'tool-input';
  readonly name: string | undefined;
  readonly buffer: TextBuffer;
}

/** Parts with a piece of the answer. */
const CONTENT: ReadonlySet<unknown> = new Set([
  'text',
  'text-delta',
  'reasoning',
  'reasoning-delta',
  'tool-input-delta',
  'tool-call',
  'file',
  'source',
]);

/** The answer so far, within limits. */
export class StreamedAnswer {
  /** The facts of the answer, in the shape of one that came whole. */
  readonly facts: Props = {};
  /** The error that the provider reported in the stream. */
  failure: { readonly error: unknown } | undefined;
  chunks = 0;
  isComplete = false;
  readonly #response: Props = {};
  readonly #pieces = new Map<string, Piece | Props>();

  /** @returns true for a part with content */
  add(value: unknown): boolean {
    const part = props(value);
    const { type, id, toolName, providerMetadata } = part;
    switch (type) {
      case 'response-metadata':
        Object.assign(this.#response, { id, modelId: part['modelId'] });
        break;
      case 'finish':
        this.isComplete = true;
        Object.assign(this.facts, { usage: part['usage'], finishReason: part['finishReason'], providerMetadata });
        break;
      case 'error':
        this.failure = { error: part['error'] };
        break;
      case 'text-delta':
      case 'reasoning-delta':
        this.#append(type === 'text-delta' ? 'text' : 'reasoning', String(id), part['delta'] ?? part['textDelta']);
        break;
      case 'tool-input-start':
        this.#append('tool-input', String(id), '', text(toolName));
        break;
      case 'tool-input-delta':
        this.#append('tool-input', String(id), part['delta']);
        break;
      case 'tool-call':
      case 'tool-result':
      case 'file':
      case 'source':
        this.#keep(type === 'tool-call' ? `tool-input ${String(part['toolCallId'])}` : `${type} ${this.chunks}`, part);
        break;
      default:
        break;
    }
    if (!CONTENT.has(type)) return false;
    this.chunks++;
    return true;
  }

  /** The answer of the HTTP request itself. */
  opened({ request, response }: Props): void {
    Object.assign(this.facts, { request, response: this.#response });
    this.#response['headers'] = props(response)['headers'];
  }

  /** The parts of the answer, in the shape of one that came whole. */
  parts(): Props[] {
    return [...this.#pieces].map(([key, piece]) => {
      if (!('buffer' in piece)) return piece;
      const { type, name, buffer } = piece as Piece;
      const content = buffer.toString();
      return type === 'tool-input'
        ? { type: 'tool-call', toolCallId: key.slice('tool-input '.length), toolName: name, input: content }
        : { type, text: content };
    });
  }

  #append(type: Piece['type'], id: string, delta: unknown, name?: string): void {
    const key = `${type} ${id}`;
    let piece = this.#pieces.get(key);
    if (piece === undefined) this.#keep(key, (piece = { type, name, buffer: createTextBuffer() } satisfies Piece));
    if ('buffer' in piece) (piece as Piece).buffer.add(delta);
  }

  #keep(key: string, piece: Piece | Props): void {
    if (this.#pieces.has(key) || this.#pieces.size < MAX_PIECES) this.#pieces.set(key, piece);
  }
}
