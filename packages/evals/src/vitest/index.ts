export { evaluate, type EvaluateOptions } from './evaluate.ts';
export type { Program } from './recorder.ts';
