/** LlamaIndex. */
import { OpenAI } from '@llamaindex/openai';
import { type ChatMessage, FunctionTool, Settings, type ToolCall, type ToolCallLLMMessageOptions } from 'llamaindex';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { type Ask, type Call, NAMES, PARAMETERS, SYSTEM } from './ask.ts';

/** Over its class of OpenAI. */
export const llamaindex: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const llm = new OpenAI({
    model: 'gpt-4o',
    apiKey: 'test',
    maxRetries: 0,
    additionalSessionOptions: { baseURL: `${url}/v1`, fetch },
  });
  const messages: ChatMessage<ToolCallLLMMessageOptions>[] = [
    { role: 'system', content: SYSTEM },
    { role: 'user', content: question },
    ...turns.flatMap(({ calls, results }): ChatMessage<ToolCallLLMMessageOptions>[] => [
      {
        role: 'assistant',
        content: '',
        options: { toolCall: calls.map(({ id, name, args }) => ({ id, name, input: { ...args } as never })) },
      },
      ...results.map((result, at) => ({
        role: 'user' as const,
        content: result,
        options: { toolResult: { id: calls[at]?.id ?? '', result, isError: false } },
      })),
    ]),
  ];
  const tools = NAMES.map((name) =>
    FunctionTool.from(() => '', { name, description: name, parameters: PARAMETERS as never }),
  );
  const uninstall = instrumentLlamaIndex({ tracer });
  Settings.llm = llm;
  try {
    const calls: Call[] = [];
    let text = '';
    const add = (made: readonly ToolCall[] | undefined): void => {
      for (const { id, name, input } of made ?? [])
        calls.push({ id, name, args: (typeof input === 'string' ? JSON.parse(input) : input) as Call['args'] });
    };
    if (stream) {
      const last = new Map<string, ToolCall>();
      for await (const { delta, options } of await llm.chat({ messages, tools, stream: true })) {
        text += delta;
        for (const made of (options as ToolCallLLMMessageOptions & { toolCall?: ToolCall[] }).toolCall ?? [])
          if ('input' in made) last.set(made.id, made);
      }
      add([...last.values()]);
    } else {
      const { message } = await llm.chat({ messages, tools });
      text = typeof message.content === 'string' ? message.content : '';
      add((message.options as { toolCall?: ToolCall[] } | undefined)?.toolCall);
    }
    return { text, calls };
  } finally {
    uninstall();
  }
};
