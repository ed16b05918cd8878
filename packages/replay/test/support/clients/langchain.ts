/** LangChain's chat models. */
import { ChatAnthropic } from '@langchain/anthropic';
import {
  AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { type Ask, type Asking, NAMES, PARAMETERS, SYSTEM } from './ask.ts';

type Model = ChatOpenAI | ChatAnthropic;

const openaiOver =
  (useResponsesApi: boolean) =>
  ({ url, fetch }: Asking): Model => {
    const configuration = { baseURL: `${url}/v1`, fetch };
    return new ChatOpenAI({ model: 'gpt-4o', apiKey: 'test', maxRetries: 0, useResponsesApi, configuration });
  };

const anthropicModel = ({ url, fetch }: Asking): Model =>
  new ChatAnthropic({
    model: 'claude-sonnet-5-5',
    apiKey: 'test',
    maxRetries: 0,
    anthropicApiUrl: url,
    clientOptions: { fetch },
  });

const langchainOver =
  (create: (asking: Asking) => Model): Ask =>
  async (asking, question, turns) => {
    const { tracer, stream } = asking;
    const model = create(asking).bindTools(
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

/** Over chat completions of OpenAI. */
export const langchain = langchainOver(openaiOver(false));
/** Over Responses of OpenAI. */
export const langchainResponses = langchainOver(openaiOver(true));
/** Over messages of Anthropic. */
export const langchainAnthropic = langchainOver(anthropicModel);
