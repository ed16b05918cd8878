/** The AI SDK's models. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, type ModelMessage, streamText, tool, type ToolSet, wrapLanguageModel } from 'ai';
import { spanlineMiddleware } from '@spanline/ai-sdk';
import { type Ask, type Asking, type Call, NAMES, PARAMETERS, SYSTEM } from './ask.ts';

type Model = ReturnType<ReturnType<typeof createOpenAI>['chat']>;

const openaiOver =
  (api: 'chat' | 'responses') =>
  ({ url, fetch }: Asking): Model =>
    createOpenAI({ apiKey: 'test', baseURL: `${url}/v1`, fetch })[api]('gpt-4o');

const anthropicModel = ({ url, fetch }: Asking): Model =>
  createAnthropic({ apiKey: 'test', baseURL: `${url}/v1`, fetch })('claude-sonnet-5-5');

const aiSdkOver =
  (create: (asking: Asking) => Model): Ask =>
  async (asking, question, turns) => {
    const { tracer, stream } = asking;
    const model = wrapLanguageModel({ model: create(asking), middleware: spanlineMiddleware({ tracer }) });
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

/** Over chat completions of OpenAI. */
export const aiSdk = aiSdkOver(openaiOver('chat'));
/** Over Responses of OpenAI. */
export const aiSdkResponses = aiSdkOver(openaiOver('responses'));
/** Over messages of Anthropic. */
export const aiSdkAnthropic = aiSdkOver(anthropicModel);
