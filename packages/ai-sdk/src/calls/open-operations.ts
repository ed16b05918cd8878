/** The operations that are open, bounded. */

import { createRunRegistry, isObject } from '@spanline/instrumentation';
import type { Cut } from './cut.ts';
import { endOperation, hasOpenChildren, leaveChildren, type Operation } from './operation.ts';

/** Open operations by id. One that nobody can end any more is closed. */
export class OpenOperations {
  readonly #runs = createRunRegistry<Operation>({
    isAbandoned: ({ data }) => !hasOpenChildren(data),
    onClose({ data }) {
      data.release?.();
      leaveChildren(data, 'abandoned');
      return 'abandoned';
    },
  });
  readonly #readers = new FinalizationRegistry<string>((id) => this.#lost(id));

  start(operation: Operation): void {
    this.#runs.start(operation.id, operation.span, operation);
  }

  get(id: string): Operation | undefined {
    return this.#runs.get(id)?.data;
  }

  /** Removes the operation. The caller ends it. */
  end(id: string): Operation | undefined {
    const operation = this.#runs.end(id)?.data;
    if (operation?.isWatched === true) this.#readers.unregister(operation);
    return operation;
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
    this.#readers.register(holder, operation.id, operation);
  }

  /** A stream has ended before its end, so that the SDK may not report the end of its operation. */
  cut(operation: Operation | undefined, how: Cut): void {
    if (operation !== undefined && this.end(operation.id) !== undefined) endOperation(operation, how);
  }

  #lost(id: string): void {
    const operation = this.get(id);
    if (operation === undefined || hasOpenChildren(operation)) return;
    this.end(id);
    endOperation(operation, { status: 'abandoned' });
  }
}
