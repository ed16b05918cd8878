/** Shared with the command line. No public interface. */
export { createRateMeter, type Rates } from './engine/rates.ts';
export { STATUS_FILE } from './state/file-names.ts';
export { livenessOf, parseIdentity } from './state/process-identity.ts';
export { readSpoolState, type WriterState } from './state/spool-state.ts';
