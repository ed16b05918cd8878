export { run } from './run.ts';
export type { CommandIo } from './ship/run.ts';
