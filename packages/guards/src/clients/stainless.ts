/** Guards the clients of OpenAI and Anthropic, in place. */
import { isObject, patchMethod, props } from '@spanline/instrumentation';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import type { Shape } from '../gate/shape.ts';
import { passUnread, refuseAnswer } from '../gate/unread.ts';
import type { Engine } from '../guards/engine.ts';
import { requestTexts } from '../shapes/requests.ts';
import { unreadShape } from '../shapes/unread.ts';
import { pathOf } from './paths.ts';
import { remadeResponse } from './remade-response.ts';

type Method = (this: object, ...args: unknown[]) => unknown;

/** The parts of a client's promise that are the same in all of its versions. */
interface ApiPromise {
  parseResponse: (...args: unknown[]) => unknown;
  asResponse: () => Promise<unknown>;
  withResponse: () => Promise<unknown>;
  _thenUnwrap?: (transform: unknown) => unknown;
  _responseProps?: () => Promise<{ response: Response }>;
  parse: () => Promise<unknown>;
}

interface SdkStream {
  iterator: () => AsyncIterator<unknown>;
}

const isStream = (value: unknown): value is SdkStream =>
  typeof (value as Partial<SdkStream> | null | undefined)?.iterator === 'function';

function gated(engine: Engine, value: unknown, shape: () => Shape<unknown>): unknown {
  if (value === undefined || value === null) return value;
  const answer = new Answer(engine, 'output');
  if (!isStream(value)) return gateWhole<unknown>(value, answer, isObject(value) ? shape() : unreadShape());
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
    if (!isParsed) refuseAnswer(engine, 'asResponse()');
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
  const unparsed = given._responseProps;
  if (unparsed !== undefined) {
    given._responseProps = async () => {
      const [raw, answer] = await Promise.all([unparsed.call(given), given.parse()]);
      return { ...raw, response: remadeResponse(raw.response, answer) };
    };
  }
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

/** Replaces the methods through which all resources and helpers send their requests. @returns the undo */
export function guardStainless(client: object, engine: Engine): () => void {
  const guard =
    (isStored: boolean) =>
    (original: Method): Method =>
      function send(this: object, ...args: unknown[]): unknown {
        const [path, options] = args;
        const kind = pathOf(path, isStored);
        if (kind === undefined) return Reflect.apply(original, this, args);
        const checked = async (): Promise<unknown> => {
          const given = await options;
          if (kind === 'unread') await passUnread(engine, String(path).replace(/\?.*/, ''));
          else if (!isStored) await checkInput(engine, requestTexts(props(given)['body']), 'input');
          return given;
        };
        const isChecked = kind === 'unread' || (engine.inputs.length > 0 && !isStored);
        const promise = Reflect.apply(original, this, [path, isChecked ? checked() : options]);
        if (engine.outputs.length > 0 && kind !== 'unread') guardPromise(promise, engine, kind);
        return promise;
      };
  const derive = (original: Method): Method =>
    function withOptions(this: object, ...args: unknown[]): unknown {
      const derived = Reflect.apply(original, this, args);
      if (isObject(derived)) guardStainless(derived, engine);
      return derived;
    };
  const patches = [
    patchMethod(client, 'post', guard(false), 'object'),
    patchMethod(client, 'get', guard(true), 'object'),
    patchMethod(client, 'withOptions', derive, 'object'),
  ];
  return () => {
    for (const patch of patches) patch?.undo();
  };
}
