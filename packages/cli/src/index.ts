export { run } from './run.ts';
export type { CommandIo } from './command.ts';
