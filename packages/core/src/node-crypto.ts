/** `node:crypto`, loaded when something is first drawn or hashed: it takes 2 ms, which an import does without. */
import { lazy } from '@spanline/record';

export const nodeCrypto = lazy(() => process.getBuiltinModule('node:crypto'));
