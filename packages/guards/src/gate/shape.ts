/** Where the texts of an answer are: what the gate knows of a client's objects. */
import type { TextKind } from './channel.ts';

/** A place in an object: keys and indices from the top. */
export type Path = readonly (string | number)[];

/** A text in a chunk, or in a whole answer. */
export interface Slot {
  readonly path: Path;
  readonly text: string;
  /** Texts of one channel follow each other. */
  readonly channel: string;
  readonly kind: TextKind;
  /** Nothing of the text leaves before all of it has its verdict: half of the arguments of a tool are of no use. */
  readonly isWhole?: boolean;
  /** The text is complete: it belongs to no channel, or was in earlier chunks already. */
  readonly isComplete?: boolean;
  /** The place holds a value, and the text is its JSON. */
  readonly isValue?: boolean;
}

/** The texts of a chunk. */
export interface Reading {
  readonly slots: readonly Slot[];
  /** Channels whose text is complete with this chunk. */
  readonly ends?: readonly string[] | 'all';
  /** Fields with text that are not known. */
  readonly unmapped?: readonly string[];
}

/** The chunks of one answer, of one client. */
export interface Shape<T> {
  read(chunk: T): Reading;
  /**
   * Completes a copy in which texts were replaced: removes what repeats them elsewhere.
   *
   * @param copy - a copy of the chunk along the paths of its slots
   */
  replaced?(copy: T): T;
  /** A chunk has left. */
  sent?(chunk: T): void;
  /**
   * Makes the chunks that leave in place of one, once a guard has stopped the answer.
   *
   * @param replacement - the text to show; `undefined` after the first chunk that could show it
   * @returns chunks without any text of the answer, and whether the replacement is in them
   */
  stopped(chunk: T, replacement: string | undefined): { readonly chunks: readonly T[]; readonly isShown: boolean };
}

/** Fields with the tokens of a text: they have all of it once more. */
const TOKENS = ['logprobs', 'logprobsResult'];

function copyOf(value: object): object {
  if (Array.isArray(value)) return [...(value as unknown[])];
  const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(value);
  for (const key of TOKENS) delete members[key];
  return Object.create(Object.getPrototypeOf(value) as object | null, members) as object;
}

/** A copy of a value with another one at a place. Only what the path leads through is copied, without its tokens. */
export function withValue<T>(value: T, [key, ...rest]: Path, inner: unknown): T {
  if (key === undefined) return inner as T;
  const copy = copyOf(value as object) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, inner);
  return copy as T;
}
