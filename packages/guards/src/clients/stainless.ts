/** Guards the clients of OpenAI and Anthropic, in place. */
import { isObject, patchMethod, props } from '@spanline/instrumentation';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import type { Shape } from '../gate/shape.ts';
import type { Engine } from '../guards/engine.ts';
import { chatCompletionsShape } from '../shapes/chat-completions.ts';
import { messagesShape } from '../shapes/messages.ts';
import { requestTexts } from '../shapes/requests.ts';
import { responsesShape } from '../shapes/responses.ts';

type Method = (this: object, ...args: unknown[]) => unknown;

/** The parts of a client's promise that are the same in all of its versions. */
interface ApiPromise {
  parseResponse: (...args: unknown[]) => unknown;
  asResponse: () => Promise<unknown>;
  withResponse: () => Promise<unknown>;
  _thenUnwrap?: (transform: unknown) => unknown;
}

interface SdkStream {
  iterator: () => AsyncIterator<unknown>;
}

/** Paths with text of a model, and the shape of their answers. */
function shapeOf(path: unknown): (() => Shape<unknown>) | undefined {
  const [, name] = /\/(chat\/completions|completions|responses|messages)(?:\?|$)/.exec(String(path)) ?? [];
  if (name === undefined) return undefined;
  return name === 'messages' ? messagesShape : name === 'responses' ? responsesShape : chatCompletionsShape;
}

const isStream = (value: unknown): value is SdkStream =>
  typeof (value as Partial<SdkStream> | null | undefined)?.iterator === 'function';

function gated(engine: Engine, value: unknown, shape: () => Shape<unknown>): unknown {
  const answer = new Answer(engine, 'output');
  if (!isStream(value)) return isObject(value) ? gateWhole<unknown>(value, answer, shape()) : value;
  const { iterator } = value;
  value.iterator = () => new GatedStream(iterator.call(value), answer, shape());
  return value;
}

/** A response in the raw is an answer that no guard can read. */
function guardRaw(promise: ApiPromise, engine: Engine): void {
  const { asResponse, withResponse } = promise;
  let isParsed = false;
  promise.withResponse = async () => {
    isParsed = true;
    const result = withResponse.call(promise);
    return result;
  };
  promise.asResponse = async () => {
    if (!isParsed) {
      const answer = new Answer(engine, 'output');
      answer.unmapped('asResponse()');
      if (answer.stop !== undefined) throw answer.stop.error;
      answer.done();
    }
    return asResponse.call(promise);
  };
}

function guardPromise(promise: unknown, engine: Engine, shape: () => Shape<unknown>): void {
  if (typeof (promise as Partial<ApiPromise> | null)?.parseResponse !== 'function') return;
  const given = promise as ApiPromise;
  const { parseResponse } = given;
  let parsed: Promise<unknown> | undefined;
  given.parseResponse = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    parsed ??= Promise.resolve(Reflect.apply(parseResponse, this, args)).then((value) => gated(engine, value, shape));
    return parsed;
  };
  guardRaw(given, engine);
  // Derived promises go through `parseResponse`, so that what they make of an answer is made of the guarded one.
  const unwrap = (Object.getPrototypeOf(given) as ApiPromise)._thenUnwrap;
  if (unwrap !== undefined) {
    given._thenUnwrap = (transform) => {
      const derived = unwrap.call(given, transform);
      guardRaw(derived as ApiPromise, engine);
      return derived;
    };
  }
}

/** Replaces `post`, through which all resources and helpers of a client send their requests. @returns the undo */
export function guardStainless(client: object, engine: Engine): () => void {
  const guard = (original: Method): Method =>
    function post(this: object, ...args: unknown[]): unknown {
      const [path, options] = args;
      const shape = shapeOf(path);
      if (shape === undefined) return Reflect.apply(original, this, args);
      const checked = async (): Promise<unknown> => {
        const given = await options;
        await checkInput(engine, requestTexts(props(given)['body']), 'input');
        return given;
      };
      const sent = engine.inputs.length === 0 ? options : checked();
      const promise = Reflect.apply(original, this, [path, sent]);
      if (engine.outputs.length > 0) guardPromise(promise, engine, shape);
      return promise;
    };
  const derive = (original: Method): Method =>
    function withOptions(this: object, ...args: unknown[]): unknown {
      const derived = Reflect.apply(original, this, args);
      if (isObject(derived)) guardStainless(derived, engine);
      return derived;
    };
  const patches = [patchMethod(client, 'post', guard, 'object'), patchMethod(client, 'withOptions', derive, 'object')];
  return () => {
    for (const patch of patches) patch?.undo();
  };
}
