/** The right output of the item that an experiment runs. */
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<{ readonly expected: unknown }>();

/** Runs an item of a dataset, whose right output evaluators then get. */
export const withExpected = <T>(expected: unknown, run: () => T): T => current.run({ expected }, run);

/** @returns `undefined` outside of experiments, and for an item without one */
export const expectedOutput = (): unknown => current.getStore()?.expected;
