import { BaseEmbedding, type BaseNodePostprocessor, type MessageContent, type NodeWithScore } from 'llamaindex';

/** Counts letters; fails where it is told to. */
export class Letters extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(text: string): Promise<number[]> {
    if (text.includes('unembeddable')) throw new RangeError('cannot embed');
    return Array.from(
      { length: 26 },
      (_, index) => text.toLowerCase().split(String.fromCodePoint(97 + index)).length + 0.5,
    );
  }
}

/** Keeps the first. */
export class TopOne implements BaseNodePostprocessor {
  async postprocessNodes(nodes: NodeWithScore[]): Promise<NodeWithScore[]> {
    return nodes.slice(0, 1);
  }
}

/** An LLM of one's own: no base class, no events. */
export class Parrot {
  readonly metadata = {
    model: 'parrot-1',
    temperature: 0,
    topP: 1,
    contextWindow: 4096,
    tokenizer: undefined,
    structuredOutput: false,
  };
  readonly #words = ['one ', 'two ', 'three'];

  async chat(params: { messages: { content: MessageContent }[] }): Promise<unknown> {
    if (params.messages.some(({ content }) => String(content).includes('refuse'))) throw new TypeError('refused');
    return {
      raw: { usage: { prompt_tokens: 3, completion_tokens: 2 } },
      message: { role: 'assistant', content: this.#words.join('') },
    };
  }

  async complete({ prompt, stream }: { prompt: MessageContent; stream?: boolean }): Promise<unknown> {
    if (String(prompt).includes('refuse')) throw new TypeError('refused');
    if (stream !== true) return { text: this.#words.join(''), raw: null };
    const words = this.#words;
    return (async function* chunks() {
      for (const text of words) yield { text, raw: null };
    })();
  }
}
