/** Guards the client of Bedrock's runtime, in place. */
import { isObject, patchMethod, props, text } from '@spanline/instrumentation';
import { Answer } from '../gate/answer.ts';
import { type Codec, gateDecoded, gateWholeDecoded } from '../gate/decoded.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import { passUnread } from '../gate/unread.ts';
import type { Engine } from '../guards/engine.ts';
import { converseShape } from '../shapes/converse.ts';
import { invokeModelShape } from '../shapes/invoke-model.ts';
import { requestTexts } from '../shapes/requests.ts';

type Method = (this: object, ...args: unknown[]) => unknown;
type Done = (error: unknown, output?: unknown) => void;

/** Models that embed, by their ids: `amazon.titan-embed-text-v2:0`, `cohere.embed-multilingual-v3`. */
const EMBEDS = /\bembed|-embed-/;

function parsed(bytes: unknown): unknown {
  const given =
    typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes as Uint8Array | ArrayBuffer | undefined);
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

/** The same bytes with another text. Amazon's arrays have methods of their own, such as `transformToString`. */
function bytesLike(given: object, value: unknown): object {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return Object.setPrototypeOf(bytes, Object.getPrototypeOf(given) as object | null) as object;
}

/** The body of a whole answer. */
const BODY: Codec<object> = {
  decode: ({ body }: { body?: unknown }) => parsed(body),
  encode: (output, value, isChanged) =>
    isChanged ? { ...output, body: bytesLike(props(output)['body'] as object, value) } : output,
};

/** One event of a stream. Those without bytes are errors of the service. */
const EVENT: Codec<object> = {
  decode: ({ chunk }: { chunk?: unknown }) => parsed(props(chunk)['bytes']),
  encode(event, value, isChanged) {
    const { chunk } = props(event);
    return isChanged
      ? { ...event, chunk: { ...props(chunk), bytes: bytesLike(props(chunk)['bytes'] as object, value) } }
      : event;
  },
};

const isStream = (value: unknown): value is AsyncIterable<object> => isObject(value) && Symbol.asyncIterator in value;

/** The stream stays the object that it is. It is read through the gate. */
function replaceIterator(stream: AsyncIterable<object>, gate: (source: AsyncIterator<object>) => unknown): void {
  const open = stream[Symbol.asyncIterator].bind(stream);
  Object.defineProperty(stream, Symbol.asyncIterator, { configurable: true, value: () => gate(open()) });
}

/** Puts the answer of a command through the gate, by the form that it has. */
async function gated(output: object, answer: Answer): Promise<unknown> {
  const { stream, body, output: whole } = props(output);
  if (isStream(stream)) replaceIterator(stream, (source) => new GatedStream(source, answer, converseShape()));
  else if (isStream(body)) replaceIterator(body, (source) => gateDecoded(source, EVENT, answer, invokeModelShape()));
  else if (body !== undefined) return gateWholeDecoded(output, BODY, answer, invokeModelShape());
  else if (isObject(whole)) return gateWhole<unknown>(output, answer, converseShape());
  else answer.done();
  return output;
}

/** Tokens are counted, or the answer comes later. */
const isOther = ({ input, modelInput }: Record<string, unknown>): boolean =>
  modelInput !== undefined || props(input)['converse'] !== undefined || props(input)['invokeModel'] !== undefined;

/** Calls back as the client does: behind the promise, so that an error of the callback is the application's. */
async function tell(result: Promise<unknown>, done: Done): Promise<void> {
  try {
    const output = await result;
    process.nextTick(done, null, output);
  } catch (error) {
    process.nextTick(done, error);
  }
}

/** Replaces `send`, through which all commands go. @returns the undo */
export function guardBedrock(client: object, engine: Engine): () => void {
  async function guarded(send: () => Promise<object>, input: Record<string, unknown>): Promise<unknown> {
    const { body } = input;
    if (isStream(body)) {
      await passUnread(engine, 'InvokeModelWithBidirectionalStream');
      return send();
    }
    await checkInput(engine, requestTexts(body === undefined ? input : parsed(body)), 'input');
    if (engine.outputs.length === 0) return send();
    const answer = new Answer(engine, 'output');
    return gated(await send(), answer);
  }
  const guard = (original: Method): Method =>
    function send(this: object, ...args: unknown[]): unknown {
      const [command, ...rest] = args;
      const input = props(props(command)['input']);
      const model = text(input['modelId']);
      if (model === undefined || EMBEDS.test(model) || isOther(input)) return Reflect.apply(original, this, args);
      const done = rest.find((each) => typeof each === 'function') as Done | undefined;
      const options = rest.filter((each) => typeof each !== 'function');
      const result = guarded(() => Reflect.apply(original, this, [command, ...options]) as Promise<object>, input);
      if (done === undefined) return result;
      void tell(result, done);
      return undefined;
    };
  const patch = patchMethod(client, 'send', guard, 'object');
  return () => patch?.undo();
}
