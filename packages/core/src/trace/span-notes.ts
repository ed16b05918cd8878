/** Notes of instrumentations on spans, kept at the spans themselves. */
import type { Span } from '../api/index.ts';
import { type SpanNote, stateOf } from './span-state.ts';

/** Notes of one kind. They live as long as their spans. Spans of other implementations take none. */
export interface SpanNotes<T> {
  /** The note of a span, if it has one. */
  of(span: Span): T | undefined;
  /** Gives a span its note. A later one replaces an earlier one. */
  put(span: Span, note: T): void;
}

function find(first: SpanNote | undefined, kind: symbol): SpanNote | undefined {
  let entry = first;
  while (entry !== undefined && entry.kind !== kind) entry = entry.next;
  return entry;
}

/**
 * Returns the notes of one kind, which all copies of a package share. A weak map would do the same, but V8 visits its
 * values in minor collections whether their keys are alive or not, so that what a note refers to is copied.
 *
 * @param name - of the kind. Notes whose shape changes between versions need another one
 */
export function spanNotes<T>(name: string): SpanNotes<T> {
  const kind = Symbol.for(`spanline.${name}`);
  return {
    of: (span) => find(stateOf(span)?.notes, kind)?.note as T | undefined,
    put(span, note): void {
      const state = stateOf(span);
      if (state === undefined) return;
      const known = find(state.notes, kind);
      if (known === undefined) state.notes = { kind, note, next: state.notes };
      else known.note = note;
    },
  };
}
