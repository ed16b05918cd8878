/** A local model that speaks OpenAI's protocol on loopback: it asks for the order's status, then repeats it. */

import { type ChatCompletionRequest, LLMock } from '@copilotkit/aimock';

/** The usual estimate: four characters a token. */
function usage(request: ChatCompletionRequest, answer: string): { prompt_tokens: number; completion_tokens: number } {
  return {
    prompt_tokens: Math.ceil(JSON.stringify(request.messages).length / 4),
    completion_tokens: Math.ceil(answer.length / 4),
  };
}

const textOf = (content: ChatCompletionRequest['messages'][number]['content'] | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('');

/** A model that listens. */
export interface Model {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the model.
 *
 * @param latencyMs - between two pieces of an answer
 */
export async function startModel(latencyMs = 0): Promise<Model> {
  const fake = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  fake.on({ predicate: () => true, hasToolResult: false }, (request: ChatCompletionRequest) => {
    const id = /\d+/.exec(textOf(request.messages.at(-1)?.content))?.[0] ?? '';
    const args = JSON.stringify({ id });
    return { toolCalls: [{ id: 'call_1', name: 'order_status', arguments: args }], usage: usage(request, args) };
  });
  fake.on(
    { predicate: () => true },
    (request: ChatCompletionRequest) => {
      const result = textOf(request.messages.findLast(({ role }) => role === 'tool')?.content);
      const content = `I looked it up: ${/(?:there is no )?order \d+(?: is [\w ]+)?/.exec(result)?.[0] ?? 'nothing'}.`;
      return { content, usage: usage(request, content) };
    },
    { latency: latencyMs },
  );
  await fake.start();
  return {
    url: `${fake.url}/v1`,
    stop: async () => {
      await fake.stop();
    },
  };
}
