/** The `--import` that lets worker threads of a child process read TypeScript as its main thread does: tsx registers itself only there. */
const registersInWorkers = `
import { isMainThread } from 'node:worker_threads';
import { register } from '${import.meta.resolve('tsx/esm/api')}';
if (!isMainThread) register();
`;

export const workerOptions: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(registersInWorkers)}`,
];
