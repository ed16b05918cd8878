import { createOpenAI } from '@ai-sdk/openai';
/** An agent whose model follows a script, over the clients of several libraries. */
import Anthropic from '@anthropic-ai/sdk';
import type { LLMock } from '@copilotkit/aimock';
import {
  AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
import { generateText, jsonSchema, type ModelMessage, streamText, tool, type ToolSet, wrapLanguageModel } from 'ai';
import { type ChatMessage, FunctionTool, Settings, type ToolCall, type ToolCallLLMMessageOptions } from 'llamaindex';
import OpenAI from 'openai';
import { spanlineMiddleware } from '@spanline/ai-sdk';
import { wrapAnthropic } from '@spanline/anthropic';
import { retrieverSpan, toolSpan, type Tracer } from '@spanline/core';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { wrapOpenAI } from '@spanline/openai';

/** A call of a tool. */
export interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** One answer of the model: calls of tools, or the end. */
export type Step = { readonly calls: readonly Call[] } | { readonly text: string } | { readonly status: number };

/** A turn of the conversation: what was asked for, and the results. */
interface Turn {
  readonly calls: readonly Call[];
  readonly results: readonly string[];
}

/** What an answer of a client says. */
interface Said {
  readonly text: string;
  readonly calls: readonly Call[];
}

/** Where and how the model is asked. */
export interface Asking {
  readonly tracer: Tracer;
  readonly url: string;
  readonly stream: boolean;
  readonly fetch: typeof fetch;
}

type Ask = (asking: Asking, question: string, turns: readonly Turn[]) => Promise<Said>;

const SYSTEM = 'Use the tools.';
const PARAMETERS = { type: 'object', properties: { x: {} }, additionalProperties: true } as const;
const NAMES = ['lookup', 'add'] as const;

const openai: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0, fetch }), { tracer });
  const messages = [
    { role: 'system' as const, content: SYSTEM },
    { role: 'user' as const, content: question },
    ...turns.flatMap(({ calls, results }) => [
      {
        role: 'assistant' as const,
        content: null,
        tool_calls: calls.map(({ id, name, args }) => ({
          id,
          type: 'function' as const,
          function: { name, arguments: JSON.stringify(args) },
        })),
      },
      ...results.map((content, at) => ({ role: 'tool' as const, tool_call_id: calls[at]?.id ?? '', content })),
    ]),
  ];
  const tools = NAMES.map((name) => ({ type: 'function' as const, function: { name, parameters: PARAMETERS } }));
  const request = { model: 'gpt-4o', messages, tools, temperature: 0 };
  const answer = stream
    ? await client.chat.completions.stream(request).finalChatCompletion()
    : await client.chat.completions.create(request);
  const message = answer.choices[0]?.message;
  return {
    text: message?.content ?? '',
    calls: (message?.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) as Call['args'] }]
        : [],
    ),
  };
};

const responses: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0, fetch }), { tracer });
  const input: OpenAI.Responses.ResponseInput = [
    { role: 'user', content: question },
    ...turns.flatMap(({ calls, results }): OpenAI.Responses.ResponseInput => [
      ...calls.map(({ id, name, args }) => ({
        type: 'function_call' as const,
        call_id: id,
        name,
        arguments: JSON.stringify(args),
      })),
      ...results.map((output, at) => ({
        type: 'function_call_output' as const,
        call_id: calls[at]?.id ?? '',
        output,
      })),
    ]),
  ];
  const tools = NAMES.map((name) => ({ type: 'function' as const, name, parameters: PARAMETERS, strict: false }));
  const request = { model: 'gpt-4o', instructions: SYSTEM, input, tools, temperature: 0 };
  const answer = stream
    ? await client.responses.stream(request).finalResponse()
    : await client.responses.create(request);
  return {
    text: answer.output_text,
    calls: answer.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) as Call['args'] }]
        : [],
    ),
  };
};

const anthropic: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const client = wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: url, maxRetries: 0, fetch }), { tracer });
  const messages: Anthropic.MessageParam[] = [
    { role: 'user', content: question },
    ...turns.flatMap(({ calls, results }): Anthropic.MessageParam[] => [
      { role: 'assistant', content: calls.map(({ id, name, args }) => ({ type: 'tool_use', id, name, input: args })) },
      {
        role: 'user',
        content: results.map((content, at) => ({ type: 'tool_result', tool_use_id: calls[at]?.id ?? '', content })),
      },
    ]),
  ];
  const tools = NAMES.map((name) => ({ name, input_schema: { ...PARAMETERS, type: 'object' as const } }));
  const request = { model: 'claude-sonnet-4-5', max_tokens: 100, system: SYSTEM, messages, tools };
  const answer = stream ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
  return {
    text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: answer.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input as Call['args'] }] : [],
    ),
  };
};

const langchainOver =
  (useResponsesApi: boolean): Ask =>
  async ({ tracer, url, stream, fetch }, question, turns) => {
    const configuration = { baseURL: `${url}/v1`, fetch };
    const options = { model: 'gpt-4o', apiKey: 'test', maxRetries: 0, useResponsesApi, configuration };
    const model = new ChatOpenAI(options).bindTools(
      NAMES.map((name) => ({ type: 'function' as const, function: { name, parameters: PARAMETERS } })),
    );
    const messages: BaseMessage[] = [
      new SystemMessage(SYSTEM),
      new HumanMessage(question),
      ...turns.flatMap(({ calls, results }): BaseMessage[] => [
        new AIMessage({
          content: '',
          tool_calls: calls.map(({ id, name, args }) => ({ id, name, args, type: 'tool_call' })),
        }),
        ...results.map((content, at) => new ToolMessage({ content, tool_call_id: calls[at]?.id ?? '' })),
      ]),
    ];
    const callbacks = [new SpanlineCallbackHandler({ tracer })];
    if (!stream) {
      const answer = await model.invoke(messages, { callbacks });
      return {
        text: answer.text,
        calls: (answer.tool_calls ?? []).map(({ id = '', name, args }) => ({ id, name, args })),
      };
    }
    let whole: AIMessageChunk | undefined;
    for await (const chunk of await model.stream(messages, { callbacks })) whole = whole?.concat(chunk) ?? chunk;
    return {
      text: whole?.text ?? '',
      calls: (whole?.tool_calls ?? []).map(({ id = '', name, args }) => ({ id, name, args })),
    };
  };

const llamaindex: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const llm = new LlamaOpenAI({
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

const aiSdkOver =
  (api: 'chat' | 'responses'): Ask =>
  async ({ tracer, url, stream, fetch }, question, turns) => {
    const provider = createOpenAI({ apiKey: 'test', baseURL: `${url}/v1`, fetch });
    const model = wrapLanguageModel({ model: provider[api]('gpt-4o'), middleware: spanlineMiddleware({ tracer }) });
    const messages: ModelMessage[] = [
      { role: 'user', content: question },
      ...turns.flatMap(({ calls, results }): ModelMessage[] => [
        {
          role: 'assistant',
          content: calls.map(({ id, name, args }) => ({
            type: 'tool-call',
            toolCallId: id,
            toolName: name,
            input: args,
          })),
        },
        {
          role: 'tool',
          content: results.map((value, at) => ({
            type: 'tool-result',
            toolCallId: calls[at]?.id ?? '',
            toolName: calls[at]?.name ?? '',
            output: { type: 'text', value },
          })),
        },
      ]),
    ];
    const inputSchema = jsonSchema<Record<string, unknown>>(PARAMETERS);
    const tools = Object.fromEntries(NAMES.map((name) => [name, tool({ inputSchema })])) as ToolSet;
    const request = { model, system: SYSTEM, messages, tools, maxRetries: 0 };
    const result = stream ? streamText({ ...request, onError: () => undefined }) : await generateText(request);
    const [text, calls] = [await result.text, await result.toolCalls];
    return {
      text,
      calls: calls.map(({ toolCallId: id, toolName: name, input }) => ({ id, name, args: input as Call['args'] })),
    };
  };

/** Clients by name. */
export const CLIENTS: Readonly<Record<string, Ask>> = {
  openai,
  'openai-responses': responses,
  anthropic,
  langchain: langchainOver(false),
  'langchain-responses': langchainOver(true),
  llamaindex,
  'ai-sdk': aiSdkOver('chat'),
  'ai-sdk-responses': aiSdkOver('responses'),
};

/** The tools and the retriever of the agent. */
export interface Parts {
  readonly tool: (name: string, args: Call['args']) => Promise<string>;
  readonly retrieve: (query: string) => Promise<readonly { readonly content?: string }[]>;
}

/** What a run did. */
export interface Outcome {
  readonly answer: string;
  readonly calls: readonly (readonly [name: string, args: Call['args'], result: string])[];
}

const MAX_TURNS = 10;

/** Runs the agent: it retrieves, then asks the model until it calls no tool any more. */
export async function runAgent(ask: Ask, asking: Asking, question: string, parts: Parts): Promise<Outcome> {
  const { tracer } = asking;
  return tracer.withSpan({ name: 'agent', type: 'agent' }, async () => {
    const documents = await retrieverSpan({ tracer, name: 'docs', query: question }, () => parts.retrieve(question));
    const asked = `${question} ${documents.map(({ content }) => content).join('; ')}`;
    const turns: Turn[] = [];
    const made: (readonly [string, Call['args'], string])[] = [];
    while (turns.length < MAX_TURNS) {
      const { text, calls } = await ask(asking, asked, turns);
      if (calls.length === 0) return { answer: text, calls: made };
      const results: string[] = [];
      for (const { name, args } of calls) {
        const result = await toolSpan({ tracer, tool: name, arguments: args }, () => parts.tool(name, args));
        results.push(result);
        made.push([name, args, result]);
      }
      turns.push({ calls, results });
    }
    return { answer: '', calls: made };
  });
}

/** Makes the provider follow a script for the questions that begin with a name. */
export function follow(provider: LLMock, name: string, script: readonly Step[]): void {
  for (const [index, step] of script.entries()) {
    const predicate = ({ messages }: { messages: readonly { role: string; content?: unknown }[] }): boolean =>
      messages.some(({ role, content }) => role === 'user' && JSON.stringify(content ?? '').includes(`${name} `)) &&
      messages.filter(({ role }) => role === 'assistant').length === index;
    if ('status' in step)
      provider.on({ predicate }, { error: { message: 'Not now', type: 'server_error' }, status: step.status });
    else if ('text' in step) provider.on({ predicate }, { content: step.text });
    else
      provider.on(
        { predicate },
        {
          toolCalls: step.calls.map(({ id, name: called, args }) => ({
            id,
            name: called,
            arguments: JSON.stringify(args),
          })),
        },
      );
  }
}
