export type { InstrumentLlamaIndex, Uninstall } from './instrument.ts';
export type { Operation } from './operations.ts';
export type { InstrumentOptions } from './options.ts';
export { instrumentLlamaIndex } from './with-import.ts';
export { traceWorkflow, type TraceWorkflowOptions } from './workflows.ts';
