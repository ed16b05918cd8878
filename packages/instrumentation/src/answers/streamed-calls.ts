/** Tool calls of a streamed chat completion, put together from their pieces. */

import { isObject, list, number, type Props, props, text } from '@spanline/record';
import { createEntries } from './entries.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

interface StreamedCall {
  id: unknown;
  type: unknown;
  name: unknown;
  readonly arguments: TextBuffer;
}

const newCall = (): StreamedCall => ({
  id: undefined,
  type: undefined,
  name: undefined,
  arguments: createTextBuffer(),
});

/** Arguments are JSON in pieces; some providers send the object. */
function addToCall(call: StreamedCall, { name, arguments: args, input }: Props): void {
  call.name ??= name;
  const piece = args ?? input;
  call.arguments.add(isObject(piece) ? JSON.stringify(piece) : piece);
}

/**
 * True for a piece that begins another call than the one with its number. Some servers give all calls the number 0, or
 * none. Others make up an id for every piece, and have the name in the first one alone.
 */
function isOther(call: StreamedCall, id: unknown, { name, arguments: args }: Props): boolean {
  if (text(name) === undefined) return false;
  const [known, given] = [text(call.id), text(id)];
  return known === undefined || given === undefined ? isObject(args) : known !== given;
}

const wholeCall = ({ name, arguments: args }: StreamedCall): Props => ({ name, arguments: args.toString() });

/** The calls of one choice. */
export interface StreamedCalls {
  /** Adds the entries of a delta's `tool_calls`. */
  add(deltas: unknown): void;
  /** Adds the `function_call` of a delta, which has no list. */
  addLegacy(delta: unknown): void;
  /** The calls as far as they have arrived, as an answer that is not streamed has them. */
  whole(): Props;
  /** How many calls were left out. */
  leftOut(): number;
}

/** Creates an empty list. */
export function createStreamedCalls(): StreamedCalls {
  // Most answers have no calls.
  let legacy: StreamedCall | undefined;
  /** Where the last call with a number is. That differs from the number once there were several with it. */
  let places: Map<number, number> | undefined;
  let next = 0;
  const calls = createEntries<StreamedCall>();

  function begin(index: number): StreamedCall | undefined {
    places ??= new Map();
    const place = [...places.values()].includes(index) ? next : index;
    next = Math.max(next, place + 1);
    const call = calls.at(place, newCall);
    if (call !== undefined) places.set(index, place);
    return call;
  }

  function callOf(index: number, id: unknown, piece: Props): StreamedCall | undefined {
    const place = places?.get(index);
    const known = place === undefined ? undefined : calls.at(place, newCall);
    return known === undefined || isOther(known, id, piece) ? begin(index) : known;
  }

  return {
    add(deltas): void {
      for (const [position, delta] of list(deltas).entries()) {
        const { index, id, type, function: called, custom } = props(delta);
        const piece = props(called ?? custom);
        const call = callOf(number(index) ?? position, id, piece);
        if (call === undefined) continue;
        call.id = text(call.id) ?? id;
        call.type ??= type;
        addToCall(call, piece);
      }
    },
    addLegacy: (delta) => addToCall((legacy ??= newCall()), props(delta)),
    whole: () => ({
      tool_calls: calls.all().map((call) => ({ id: call.id, type: call.type, function: wholeCall(call) })),
      function_call: legacy === undefined ? undefined : wholeCall(legacy),
    }),
    leftOut: () => calls.leftOut,
  };
}
