/** The clients that a judge can use. Their structure identifies them, so that none is a dependency. */
import { props } from '@spanline/record';
import { type Complete, type Connection, textOfContent, textOrUndefined } from './complete.ts';

/** Any function, whatever it takes. */
type AnyFunction = (...args: never[]) => unknown;

/** A client of OpenAI's chat completions: `new OpenAI()`, wrapped or not, or one of a compatible server. */
export interface OpenAiClient {
  readonly chat: { readonly completions: { readonly create: AnyFunction } };
}

/** A client of Anthropic's messages: `new Anthropic()`, wrapped or not. */
export interface AnthropicClient {
  readonly messages: { readonly create: AnyFunction };
}

/** A chat model of LangChain. */
export interface LangChainModel {
  readonly invoke: AnyFunction;
}

/** A language model of the AI SDK: `openai('gpt-4o-mini')`. */
export interface AiSdkModel {
  readonly doGenerate: AnyFunction;
}

/** The client of a judge, or a function that asks a model. */
export type JudgeClient = OpenAiClient | AnthropicClient | LangChainModel | AiSdkModel | Complete;

/** Calls a method on its object: clients keep state. */
const call = (self: object, method: AnyFunction, ...args: readonly unknown[]): unknown =>
  Reflect.apply(method as (...given: readonly unknown[]) => unknown, self, args);

const has = (owner: unknown, name: string): boolean => typeof props(owner)[name] === 'function';

/** The judge tries again itself, in the pauses of all its calls together. */
const once = (signal: AbortSignal): object => ({ signal, maxRetries: 0 });

function openAi(client: OpenAiClient): Connection {
  const { completions } = client.chat;
  return {
    provider: 'openai',
    url: textOrUndefined(props(client)['baseURL']),
    needsModel: true,
    async complete({ system, user, model, maxTokens, signal }) {
      const messages = [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ];
      const body = { model, messages, max_completion_tokens: maxTokens };
      const answer = props(await call(completions, completions.create, body, once(signal)));
      const [choice] = Array.isArray(answer['choices']) ? (answer['choices'] as unknown[]) : [];
      const text = textOfContent(props(props(choice)['message'])['content']);
      return { text, usage: answer, model: textOrUndefined(answer['model']) };
    },
  };
}

function anthropic(client: AnthropicClient): Connection {
  return {
    provider: 'anthropic',
    url: textOrUndefined(props(client)['baseURL']),
    needsModel: true,
    async complete({ system, user, model, maxTokens, signal }) {
      const body = { model, system, messages: [{ role: 'user', content: user }], max_tokens: maxTokens };
      const answer = props(await call(client.messages, client.messages.create, body, once(signal)));
      return { text: textOfContent(answer['content']), usage: answer, model: textOrUndefined(answer['model']) };
    },
  };
}

function langChain(model: LangChainModel): Connection {
  return {
    model: textOrUndefined(props(model)['model']) ?? textOrUndefined(props(model)['modelName']),
    async complete({ system, user, signal }) {
      const messages = [
        ['system', system],
        ['human', user],
      ];
      const answer = props(await call(model, model.invoke, messages, { signal }));
      const { model_name: named } = props(answer['response_metadata']);
      return { text: textOfContent(answer['content']), usage: answer, model: textOrUndefined(named) };
    },
  };
}

function aiSdk(model: AiSdkModel): Connection {
  return {
    provider: textOrUndefined(props(model)['provider'])?.split('.')[0],
    model: textOrUndefined(props(model)['modelId']),
    async complete({ system, user, maxTokens, signal }) {
      const prompt = [
        { role: 'system', content: system },
        { role: 'user', content: [{ type: 'text', text: user }] },
      ];
      const given = { prompt, maxOutputTokens: maxTokens, abortSignal: signal };
      const answer = props(await call(model, model.doGenerate, given));
      const named = textOrUndefined(props(answer['response'])['modelId']);
      return { text: textOfContent(answer['content']), usage: answer, model: named };
    },
  };
}

/** Returns how a client is used; `undefined` if the value is no client. */
export function connect(client: unknown): Connection | undefined {
  if (typeof client === 'function') return { complete: client as Complete };
  if (typeof client !== 'object' || client === null) return undefined;
  if (has(client, 'doGenerate')) return aiSdk(client as AiSdkModel);
  if (has(props(props(client)['chat'])['completions'], 'create')) return openAi(client as OpenAiClient);
  if (has(props(client)['messages'], 'create')) return anthropic(client as AnthropicClient);
  if (has(client, 'invoke')) return langChain(client as LangChainModel);
  return undefined;
}
