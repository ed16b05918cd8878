export type { InstrumentLlamaIndex, Uninstall } from './install/install.ts';
export type { InstrumentOptions } from './install/options.ts';
export { instrumentLlamaIndex } from './install/with-import.ts';
export type { Operation } from './tracing/operations.ts';
export { traceWorkflow, type TraceWorkflowOptions } from './workflows/trace-workflow.ts';
