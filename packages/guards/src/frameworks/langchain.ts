/** Guards chat models and agents of LangChain. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import { isObject, patchMethod, props, sharedState } from '@spanline/instrumentation';
import { list, SpanlineError } from '@spanline/record';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { langchainShape } from '../shapes/langchain.ts';
import { messageTexts } from '../shapes/requests.ts';

type Method = (this: object, ...args: unknown[]) => unknown;
type NewToken = (...args: unknown[]) => unknown;

/** A guarded model: by whom, and how that is undone. */
interface Guarded {
  readonly engine: Engine;
  undo(): void;
}

/** Guarded models, for all copies of this package. */
const guarded = sharedState('guards.langchain', () => new WeakMap<object, Guarded>());

/** Set while `_generate` runs, which some providers build on their own streaming. */
const generating = new AsyncLocalStorage<true>();

/** Messages of LangChain with their roles. */
function inputOf(messages: unknown): { texts: ReturnType<typeof messageTexts> } {
  const texts = list(messages).flatMap((message) => {
    const { content, type, _getType: legacy } = props(message);
    const role =
      typeof type === 'string' ? type : typeof legacy === 'function' ? String(legacy.call(message)) : 'human';
    return messageTexts([{ role, content }]);
  });
  return { texts };
}

/**
 * Providers report tokens to callbacks while they stream. Tokens that no guard has read must not leave that way, so
 * that they are reported when their chunk leaves.
 */
function silent(manager: object): { readonly manager: object; report(chunk: unknown): Promise<void> } {
  const { handleLLMNewToken: report } = manager as { handleLLMNewToken?: NewToken };
  const places = new WeakMap<object, unknown>();
  const quiet = Object.create(manager, {
    handleLLMNewToken: {
      value: (...args: unknown[]): Promise<void> => {
        const { chunk } = props(args[5]);
        if (isObject(chunk)) places.set(chunk, args[1]);
        return Promise.resolve();
      },
    },
  }) as object;
  return {
    manager: quiet,
    async report(chunk) {
      const place = places.get(chunk as object) ?? { prompt: 0, completion: 0 };
      await report?.call(manager, props(chunk)['text'] ?? '', place, undefined, undefined, undefined, { chunk });
    },
  };
}

function guardStream(engine: Engine): (original: Method) => Method {
  return (original) =>
    async function* streamed(this: object, ...args: unknown[]): AsyncGenerator {
      const [messages, options, manager] = args;
      const isPart = generating.getStore() === true;
      if (!isPart) await checkInput(engine, inputOf(messages), 'input');
      if (isPart || engine.outputs.length === 0) {
        yield* Reflect.apply(original, this, args) as AsyncGenerator;
        return;
      }
      const quiet = isObject(manager) ? silent(manager) : undefined;
      const chunks = Reflect.apply(original, this, [messages, options, quiet?.manager]) as AsyncGenerator<object>;
      for await (const chunk of new GatedStream(chunks, new Answer(engine, 'output'), langchainShape(true))) {
        yield chunk;
        await quiet?.report(chunk);
      }
    };
}

function guardGenerate(engine: Engine): (original: Method) => Method {
  return (original) =>
    async function generated(this: object, ...args: unknown[]): Promise<unknown> {
      const [messages, options, manager] = args;
      await checkInput(engine, inputOf(messages), 'input');
      if (engine.outputs.length === 0) return Reflect.apply(original, this, args);
      const quiet = isObject(manager) ? silent(manager).manager : undefined;
      const result = props(await generating.run(true, () => Reflect.apply(original, this, [messages, options, quiet])));
      const generations = list(result['generations']).map((generation) =>
        gateWhole(generation as object, new Answer(engine, 'output'), langchainShape(false)),
      );
      return { ...result, generations: await Promise.all(generations) };
    };
}

/** The method of the class that all chat models share. A provider's own may stream past the guards. */
function baseMethod(model: object, name: string): Method | undefined {
  let found: Method | undefined;
  for (let owner: unknown = model; isObject(owner); owner = Object.getPrototypeOf(owner)) {
    const method: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
    if (typeof method === 'function') found = method as Method;
  }
  return found;
}

/**
 * Guards a chat model in place, in chains, graphs and agents: `invoke`, `stream`, `batch`, `streamEvents`, bound tools
 * and structured output, also a model of `initChatModel` and one with a configuration. Callbacks get a token when it
 * leaves, also those of LangGraph's `messages` mode. Guarding again replaces the guards.
 *
 * @returns the same model
 * @throws SpanlineError `ERR_INVALID_OPTION`, also for what is no chat model
 * @example
 * ```ts
 * import { ChatOpenAI } from '@langchain/openai';
 * import { detectors, guardChatModel, redactOutput } from '@spanline/guards';
 *
 * const model = guardChatModel(new ChatOpenAI({ model: 'gpt-4o' }), {
 *   guards: [redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'closed' })],
 * });
 * ```
 */
export function guardChatModel<Model extends object>(model: Model, options: UseGuardsOptions): Model {
  if (!guardModel(model, new Engine(options))) {
    const expected = 'a chat model of LangChain';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'model', expected, got: model });
  }
  return model;
}

async function guardMade(made: Promise<unknown>, engine: Engine): Promise<unknown> {
  const model = await made;
  guardModel(model, engine);
  return model;
}

/** Models that are made of a guarded one (`bindTools`, `withConfig`) are guarded with it. */
function guardDerived(engine: Engine): (original: Method) => Method {
  return (original) =>
    function derived(this: object, ...args: unknown[]): unknown {
      const made = Reflect.apply(original, this, args);
      if (types.isPromise(made)) return guardMade(made, engine);
      guardModel(made, engine);
      return made;
    };
}

/**
 * Guards a model in place.
 *
 * @returns false for what is no model
 */
export function guardModel(model: unknown, engine: Engine): boolean {
  if (!isObject(model)) return false;
  const { _generate, _getModelInstance, bound } = props(model);
  // A configuration around a model.
  if (typeof _generate !== 'function') return bound !== undefined && guardModel(bound, engine);
  const known = guarded.get(model);
  if (known?.engine === engine) return true;
  known?.undo();
  const derived = ['withConfig', 'bindTools', '_getModelInstance'];
  const patches = derived.map((name) => patchMethod(model, name, guardDerived(engine), 'object'));
  // A model of `initChatModel` makes the model that it calls.
  if (_getModelInstance === undefined) {
    const events = baseMethod(model, '_streamChatModelEvents');
    patches.push(
      patchMethod(model, '_generate', guardGenerate(engine), 'object'),
      patchMethod(model, '_streamResponseChunks', guardStream(engine), 'object'),
      events === undefined ? undefined : patchMethod(model, '_streamChatModelEvents', () => events, 'object'),
    );
  }
  guarded.set(model, {
    engine,
    undo() {
      for (const patch of patches) patch?.undo();
    },
  });
  return true;
}
