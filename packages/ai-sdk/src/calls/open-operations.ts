/** The operations that are open, bounded. */

import type { Span } from '@spanline/core';
import { activeState, createRunRegistry, isObject } from '@spanline/instrumentation';
import type { Cut } from './cut.ts';
import { endOperation, hasOpenChildren, leaveChildren, type Operation } from './operation.ts';
import { noteFor, noteOf } from './span-notes.ts';
import { firstOfStart, isFirstOfStart, outerSpan } from './starts.ts';

/**
 * Open operations. One that nobody can end any more is closed. The SDK's id of an operation need not be its own: all
 * runs of a workflow agent have one. So the running context shows which operation is meant. Where it shows none, the id
 * does.
 */
export class OpenOperations {
  readonly #onEnd: ((operation: Operation) => void) | undefined;
  readonly #runs = createRunRegistry<Operation>({
    isAbandoned: ({ data }) => !hasOpenChildren(data),
    onClose: ({ data }) => {
      this.#forget(data);
      data.caller?.release();
      leaveChildren(data, 'abandoned');
      return 'abandoned';
    },
  });
  readonly #readers = new FinalizationRegistry<string>((key) => this.#lost(key));
  /** By the span that another recording has entered first for the same start. */
  readonly #byFirst = new WeakMap<Span, Operation>();
  /** Open operations of each id that two had at once. */
  readonly #namesakes = new Map<string, Set<Operation>>();

  /** @param onEnd - called before an operation ends, whoever ends it */
  constructor(onEnd?: (operation: Operation) => void) {
    this.#onEnd = onEnd;
  }

  /**
   * To be called when the span of the operation has been entered.
   *
   * @param holder - an object that is kept by whoever may still report the end of the operation
   */
  start(operation: Operation, holder?: object): void {
    const { id, span } = operation;
    const place = holder === undefined ? undefined : { holder };
    const note = noteFor(span);
    note.operation = operation;
    note.operations = this;
    const outermost = firstOfStart(span);
    if (outermost !== span) this.#byFirst.set(outermost, operation);
    const namesakes = this.#namesakes.get(id);
    if (namesakes === undefined && this.#runs.start(id, span, operation, place)) return;
    const first = this.get(id);
    if (namesakes !== undefined) namesakes.add(operation);
    else this.#namesakes.set(id, new Set(first === undefined ? [operation] : [first, operation]));
    operation.key = `${id} ${span.spanId}`;
    this.#runs.start(operation.key, span, operation, place);
  }

  get(key: string): Operation | undefined {
    return this.#runs.get(key)?.data;
  }

  /**
   * Returns the open operation that an event belongs to.
   *
   * @param id - the SDK's id of the operation, if the event has one
   */
  find(id: string | undefined): Operation | undefined {
    const span = activeState()?.span;
    const named = id === undefined ? undefined : this.get(id);
    if (span !== undefined && span === named?.span) return named;
    const entered = this.#around(span, id);
    if (entered !== undefined) return entered === null ? undefined : this.get(entered.key);
    const namesakes = id === undefined ? undefined : this.#namesakes.get(id);
    if (namesakes === undefined) return named;
    const [only] = namesakes;
    return only !== undefined && namesakes.size === 1 ? this.get(only.key) : undefined;
  }

  /** The operation that the running code is inside of, with that id. It may have ended. */
  around(id: string | undefined): Operation | undefined {
    return this.#around(activeState()?.span, id) ?? undefined;
  }

  /** True if an event belongs to an open operation, and neither its id nor the running context shows to which one. */
  isLost(id: string | undefined): boolean {
    const span = activeState()?.span;
    if (id === undefined) return span === undefined && this.#runs.size > 0;
    return (this.#namesakes.get(id)?.size ?? 0) > 1 && this.#around(span, id) === undefined;
  }

  /**
   * The nearest operation around a span, with that id if there is one. It may have ended.
   *
   * @returns `null` for one of another recording
   */
  #around(from: Span | undefined, id: string | undefined): Operation | null | undefined {
    for (let span = from; span !== undefined; span = outerSpan(span)) {
      const note = noteOf(span);
      const operation = note?.operations === this ? (note.operation as Operation) : this.#byFirst.get(span);
      if (operation !== undefined && (id === undefined || operation.id === id)) return operation;
      if (isFirstOfStart(span, id)) return null;
    }
    return undefined;
  }

  /** Removes the operation. The caller ends it, if it was open. */
  end(operation: Operation): boolean {
    if (this.#runs.end(operation.key) === undefined) return false;
    this.#forget(operation);
    if (operation.isWatched) this.#readers.unregister(operation);
    return true;
  }

  #forget(operation: Operation): void {
    this.#onEnd?.(operation);
    const namesakes = this.#namesakes.get(operation.id);
    namesakes?.delete(operation);
    if (namesakes?.size === 0) this.#namesakes.delete(operation.id);
  }

  /**
   * The answer of a stream has arrived, and the SDK ends the operation when it is read. Its reader may leave it.
   *
   * @param holder - an object of the answer, which is kept by whoever may still read it
   */
  answered(operation: Operation, holder: unknown): void {
    if (!isObject(holder)) return;
    if (operation.isWatched) this.#readers.unregister(operation);
    operation.isWatched = true;
    this.#readers.register(holder, operation.key, operation);
  }

  /** A stream has ended before its end, so that the SDK may not report the end of its operation. */
  cut(operation: Operation | undefined, how: Cut): void {
    if (operation !== undefined && this.end(operation)) endOperation(operation, how);
  }

  #lost(key: string): void {
    const operation = this.get(key);
    if (operation === undefined || hasOpenChildren(operation)) return;
    this.end(operation);
    endOperation(operation, { status: 'abandoned' });
  }
}
