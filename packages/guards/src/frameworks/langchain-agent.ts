/** Guards agents and chains of LangChain. */
import { patchMethod, props } from '@spanline/instrumentation';
import { list, SpanlineError } from '@spanline/record';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import { readableOf } from '../gate/readable.ts';
import { passUnread } from '../gate/unread.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { chainShape } from '../shapes/chain.ts';
import { messageTexts, valueTexts } from '../shapes/requests.ts';
import { valueShape } from '../shapes/value.ts';
import { guardModel } from './langchain.ts';

/** The parts of a middleware of `langchain`, for its `createMiddleware`. */
export interface AgentGuard {
  readonly name: string;
  wrapModelCall<Request extends object, Result>(
    request: Request,
    handler: (request: Request) => Result | Promise<Result>,
  ): Promise<Result>;
  wrapToolCall<Request extends object, Result>(
    request: Request,
    handler: (request: Request) => Result | Promise<Result>,
  ): Promise<Result>;
}

/** Texts of the message of a tool, or of the messages of a command with which it answers. */
function resultTexts(result: unknown): ReturnType<typeof messageTexts> {
  const { content, update } = props(result);
  const messages = content === undefined ? list(props(update)['messages']) : [result];
  return messages.flatMap((message) => messageTexts([{ role: 'tool', content: props(message)['content'] }]));
}

/**
 * Creates the parts of a middleware for `createMiddleware` of `langchain`. It guards the model of the agent in place,
 * the arguments of each tool call (`tool_call`), and each result of a tool before the model reads it (`tool_result`).
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { blockInput, guardAgent, literals } from '@spanline/guards';
 * import { createAgent, createMiddleware } from 'langchain';
 *
 * const rules = literals({ name: 'prompt_injection', texts: ['ignore previous instructions'] });
 * const middleware = [createMiddleware(guardAgent({ guards: [blockInput({ rules, failMode: 'closed' })] }))];
 * const agent = createAgent({ model: 'openai:gpt-4o', tools: [], middleware });
 * ```
 */
export function guardAgent(options: UseGuardsOptions): AgentGuard {
  const engine = new Engine(options);
  return {
    name: 'SpanlineGuards',
    async wrapModelCall(request, handler) {
      const isGuarded = guardModel(props(request)['model'], engine);
      if (!isGuarded) await passUnread(engine, 'model of the agent');
      return handler(request);
    },
    async wrapToolCall(request, handler) {
      const { toolCall } = props(request);
      const answer = new Answer(engine, 'tool_call');
      const args = await gateWhole(props(toolCall)['args'], answer, valueShape());
      const given = args === props(toolCall)['args'] ? request : { ...request, toolCall: { ...props(toolCall), args } };
      const result = await handler(given);
      await checkInput(engine, { texts: resultTexts(result) }, 'tool_result');
      return result;
    },
  };
}

type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Guards a chain in place: what it is given, and what it returns, whole (`invoke`, `batch`) or in pieces (`stream`).
 * Pieces are texts, as `StringOutputParser` makes them, messages, or the updates of a graph. Guard the outermost chain:
 * in a longer one, its steps run by themselves. Events of its steps (`streamEvents`, callbacks) are those of its model:
 * guard that with {@link guardChatModel}.
 *
 * @returns the same chain
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function guardChain<Chain extends object>(chain: Chain, options: UseGuardsOptions): Chain {
  if (typeof props(chain)['invoke'] !== 'function') {
    const expected = 'a chain, a graph or an agent of LangChain';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'chain', expected, got: chain });
  }
  const engine = new Engine(options);
  const check = (input: unknown): Promise<void> => checkInput(engine, valueTexts(input, 'user'), 'input');
  patchMethod(
    chain,
    'invoke',
    (original: Method): Method =>
      async function invoke(this: object, ...args: unknown[]): Promise<unknown> {
        await check(args[0]);
        const answer = new Answer(engine, 'output');
        return gateWhole(await Reflect.apply(original, this, args), answer, chainShape(false));
      },
    'object',
  );
  const gated = (pieces: AsyncIterable<unknown>, answer: Answer): GatedStream<unknown> =>
    new GatedStream(pieces[Symbol.asyncIterator](), answer, chainShape(true));
  const isRunnable = typeof props(chain)['_streamIterator'] === 'function';
  patchMethod(
    chain,
    '_streamIterator',
    (original: Method): Method =>
      async function* streamed(this: object, ...args: unknown[]): AsyncGenerator {
        await check(args[0]);
        const answer = new Answer(engine, 'output');
        yield* gated(Reflect.apply(original, this, args) as AsyncGenerator, answer);
      },
    'object',
  );
  // An agent of `langchain` hands its calls to a graph of its own.
  const streamed = (original: Method): Method =>
    async function stream(this: object, ...args: unknown[]): Promise<unknown> {
      await check(args[0]);
      const answer = new Answer(engine, 'output');
      const pieces = (await Reflect.apply(original, this, args)) as AsyncIterable<unknown>;
      return readableOf(gated(pieces, answer));
    };
  if (!isRunnable) patchMethod(chain, 'stream', streamed, 'object');
  return chain;
}
