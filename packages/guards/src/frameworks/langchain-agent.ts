/** Guards agents and chains of LangChain. */
import { isObject, patchMethod, props } from '@spanline/instrumentation';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { messageTexts, valueTexts } from '../shapes/requests.ts';
import { piecesShape, valueShape } from '../shapes/value.ts';
import { guardModel } from './langchain.ts';

/** The parts of a middleware of `langchain`, for its `createMiddleware`. */
export interface AgentGuard {
  readonly name: string;
  wrapModelCall<Request extends object, Result>(request: Request, handler: (request: Request) => Result): Result;
  wrapToolCall<Request extends object, Result>(
    request: Request,
    handler: (request: Request) => Result | Promise<Result>,
  ): Promise<Result>;
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
  const models = new WeakSet<object>();
  return {
    name: 'SpanlineGuards',
    wrapModelCall(request, handler) {
      const { model } = props(request);
      if (isObject(model) && typeof props(model)['_generate'] === 'function' && !models.has(model)) {
        models.add(model);
        guardModel(model, engine);
      }
      return handler(request);
    },
    async wrapToolCall(request, handler) {
      const { toolCall } = props(request);
      const answer = new Answer(engine, 'tool_call');
      const args = await gateWhole(props(toolCall)['args'], answer, valueShape());
      const given = args === props(toolCall)['args'] ? request : { ...request, toolCall: { ...props(toolCall), args } };
      const result = await handler(given);
      await checkInput(
        engine,
        { texts: messageTexts([{ role: 'tool', content: props(result)['content'] }]) },
        'tool_result',
      );
      return result;
    },
  };
}

type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Guards a chain in place: what it is given, and what it returns, whole (`invoke`, `batch`) or in pieces (`stream`).
 * Pieces are texts, as `StringOutputParser` makes them, or messages. Guard the outermost chain: in a longer one, its
 * steps run by themselves.
 *
 * @returns the same chain
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function guardChain<Chain extends object>(chain: Chain, options: UseGuardsOptions): Chain {
  const engine = new Engine(options);
  const check = (input: unknown): Promise<void> => checkInput(engine, valueTexts(input, 'user'), 'input');
  patchMethod(
    chain,
    'invoke',
    (original: Method): Method =>
      async function invoke(this: object, ...args: unknown[]): Promise<unknown> {
        await check(args[0]);
        const answer = new Answer(engine, 'output');
        return gateWhole(await Reflect.apply(original, this, args), answer, valueShape());
      },
    'object',
  );
  patchMethod(
    chain,
    '_streamIterator',
    (original: Method): Method =>
      async function* streamed(this: object, ...args: unknown[]): AsyncGenerator {
        await check(args[0]);
        const answer = new Answer(engine, 'output');
        const pieces = Reflect.apply(original, this, args) as AsyncGenerator;
        yield* new GatedStream(pieces, answer, piecesShape());
      },
    'object',
  );
  return chain;
}
