/** Answers that come in another form than their shape reads: as bytes, or as a response that has to be parsed. */
import type { Answer } from './answer.ts';
import { GatedStream, gateWhole } from './gated-stream.ts';
import type { Reading, Shape } from './shape.ts';

/** How the form is read and written. */
export interface Codec<T> {
  decode(source: T): unknown;
  /** Called for each chunk that leaves. `value` is the decoded object itself unless a guard replaced something. */
  encode(source: T, value: unknown, isChanged: boolean): T;
}

interface Decoded<T> {
  readonly source: T;
  readonly given: unknown;
  readonly value: unknown;
}

function decodedShape<T>(shape: Shape<unknown>): Shape<Decoded<T>> {
  return {
    read({ value }): Reading {
      const { slots, ...rest } = shape.read(value);
      return { ...rest, slots: slots.map((slot) => ({ ...slot, path: ['value', ...slot.path] })) };
    },
    replaced: (copy) => ({ ...copy, value: shape.replaced?.(copy.value) ?? copy.value }),
    sent: ({ value }) => shape.sent?.(value),
    stopped(chunk, replacement) {
      const { chunks, isShown } = shape.stopped(chunk.value, replacement);
      return { chunks: chunks.map((value) => ({ ...chunk, value })), isShown };
    },
  };
}

async function decoded<T>(source: T, { decode }: Codec<T>): Promise<Decoded<T>> {
  const value = await decode(source);
  return { source, given: value, value };
}

const encoded = <T>({ source, given, value }: Decoded<T>, { encode }: Codec<T>): T =>
  encode(source, value, value !== given);

/** A stream behind the gate, in its own form. */
export function gateDecoded<T>(
  source: AsyncIterator<T>,
  codec: Codec<T>,
  answer: Answer,
  shape: Shape<unknown>,
): AsyncIterableIterator<T> {
  const values: AsyncIterator<Decoded<T>> = {
    async next() {
      const result = await source.next();
      return result.done === true
        ? { done: true, value: undefined }
        : { done: false, value: await decoded(result.value, codec) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  const gated = new GatedStream(values, answer, decodedShape<T>(shape));
  return encodedStream(gated, codec);
}

/** Closes the gate also if nothing was pulled from it: a generator that has not begun would not. */
function encodedStream<T>(gated: GatedStream<Decoded<T>>, codec: Codec<T>): AsyncIterableIterator<T> {
  const close = async (): Promise<void> => void (await gated.return());
  const stream: AsyncIterableIterator<T> = {
    async next() {
      const result = await gated.next();
      return result.done === true ? result : { done: false, value: encoded(result.value, codec) };
    },
    async return(value: unknown) {
      await close();
      return { done: true, value };
    },
    async throw(error: unknown) {
      await close();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

/** Puts one whole answer through the gate. @throws GuardError */
export async function gateWholeDecoded<T>(
  source: T,
  codec: Codec<T>,
  answer: Answer,
  shape: Shape<unknown>,
): Promise<T> {
  return encoded(await gateWhole(await decoded(source, codec), answer, decodedShape<T>(shape)), codec);
}
