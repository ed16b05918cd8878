/** Shared with the command line. No public interface. */
export { currentProcess, livenessOf, parseIdentity } from './state/process-identity.ts';
export { replaceFile } from './state/replace-file.ts';
export { readSpoolState, type WriterState } from './state/spool-state.ts';
