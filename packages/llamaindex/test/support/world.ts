import {
  type BaseNodePostprocessor,
  BaseEmbedding,
  Document,
  FunctionTool,
  type JSONValue,
  type NodeWithScore,
} from 'llamaindex';

/** The very objects that components throw: the caller must get them and no others. */
export const FAILURES = {
  embed: new RangeError('cannot embed'),
  model: new TypeError('cannot answer'),
  stream: Object.assign(new Error('cut off'), { status: 503 }),
  rerank: new SyntaxError('cannot rank'),
};
const TOOL_FAILURE = new EvalError('cannot add');

/** What a program did, in its order. */
export type Note = (event: string) => void;

/** JSON, whatever it is. */
export const textOf = (value: unknown): string => JSON.stringify(value) ?? '';

/** Notes what it is asked to embed. */
export class Ones extends BaseEmbedding {
  readonly #note: Note;

  constructor(note: Note) {
    super();
    this.#note = note;
  }

  override async getTextEmbedding(text: string): Promise<number[]> {
    this.#note(`embed ${text}`);
    if (text.includes('unembeddable')) throw FAILURES.embed;
    return [text.length, 1];
  }
}

/** Notes how many nodes it gets. */
export class Reverse implements BaseNodePostprocessor {
  readonly #note: Note;

  constructor(note: Note) {
    this.#note = note;
  }

  async postprocessNodes(nodes: NodeWithScore[], query?: unknown): Promise<NodeWithScore[]> {
    this.#note(`rerank ${nodes.length}`);
    if (textOf(query).includes('unrankable')) throw FAILURES.rerank;
    return nodes.toReversed();
  }
}

/** Answers by what it is asked; notes when it is called and when each of its chunks is pulled. */
export class Model {
  readonly supportToolCall = true;
  readonly metadata = { model: 'own', temperature: 0, topP: 1, contextWindow: 4096, structuredOutput: false };
  readonly #note: Note;

  constructor(note: Note) {
    this.#note = note;
  }

  async chat({ messages, stream }: { messages: unknown; stream?: boolean }): Promise<unknown> {
    return this.#answer(textOf(messages), stream === true, (delta) => ({ delta, raw: null }));
  }

  async complete({ prompt, stream }: { prompt: unknown; stream?: boolean }): Promise<unknown> {
    return this.#answer(textOf(prompt), stream === true, (text) => ({ text, raw: null }));
  }

  #say(asked: string): string {
    if (asked.includes('choices')) return '[{"choice": 1, "reason": "it fits"}]';
    if (asked.includes('subQuestion')) return '```json\n[{"subQuestion": "red?", "toolName": "fruits"}]\n```';
    return 'an apple a day';
  }

  #answer(asked: string, stream: boolean, wrap: (text: string) => object): unknown {
    this.#note(`model ${asked.length}`);
    if (asked.includes('unanswerable')) throw FAILURES.model;
    const said = this.#say(asked);
    if (!stream) return { raw: null, text: said, message: { role: 'assistant', content: said } };
    return this.#stream(asked, said, wrap);
  }

  async *#stream(asked: string, said: string, wrap: (text: string) => object): AsyncGenerator<object> {
    if (asked.includes('sum') && !asked.includes('toolResult')) {
      yield {
        delta: '',
        raw: null,
        options: { toolCall: [{ id: 'call', name: 'sum', input: { a: 1, b: asked.includes('bad') ? -1 : 2 } }] },
      };
      return;
    }
    try {
      for (const word of said.split(' ')) {
        this.#note(`chunk ${word}`);
        yield wrap(`${word} `);
        if (asked.includes('cut')) throw FAILURES.stream;
      }
    } finally {
      this.#note('stream over');
    }
  }
}

/** Three documents. */
export const documents = (): Document[] =>
  ['apples are red', 'bananas are yellow', 'plums are blue'].map(
    (text, index) => new Document({ id_: `d${index}`, text }),
  );

/** A tool that notes its call, and throws where `b` is negative. */
export const sum = (note: Note): FunctionTool<{ a: number; b: number }, JSONValue | Promise<JSONValue>> =>
  FunctionTool.from(
    ({ a, b }: { a: number; b: number }) => {
      note(`sum ${a} ${b}`);
      if (b < 0) throw TOOL_FAILURE;
      return a + b;
    },
    {
      name: 'sum',
      description: 'adds',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
    },
  );
