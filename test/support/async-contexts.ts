/**
 * Every library that follows asynchronous work has an `AsyncLocalStorage`. Node 20 asks each that was ever used at the
 * birth of every promise, so that an `await` costs twenty times as much in a worker that has loaded all frameworks. No
 * context outlives the file of tests that made it: each file begins without those of the files before it. A storage
 * works again as soon as it is used. Later versions of Node have no such list.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

const IN_USE = Symbol.for('spanline.test.async-contexts');
const shared = globalThis as { [IN_USE]?: Set<AsyncLocalStorage<unknown>> };
const prototype = AsyncLocalStorage.prototype as AsyncLocalStorage<unknown> & { _enable?: () => void };

// One worker runs this file for each file of tests.
if (shared[IN_USE] === undefined && prototype._enable !== undefined) {
  const inUse = (shared[IN_USE] = new Set());
  const enable = prototype._enable;
  prototype._enable = function (this: AsyncLocalStorage<unknown>) {
    inUse.add(this);
    enable.call(this);
  };
}

for (const storage of shared[IN_USE] ?? []) storage.disable();
shared[IN_USE]?.clear();
