/** Shared with the command line. No public interface. */
export { createRateMeter, type Rates } from './engine/rates.ts';
export { createLinePolicy } from './sinks/line-policy.ts';
export { listSegments, STATUS_FILE, WRITER_FILE } from './state/file-names.ts';
export { type FolderLocks, lockFolders } from './state/folder-locks.ts';
export { writerLiveness } from './state/writer-file.ts';
export { livenessOf, parseIdentity } from './state/process-identity.ts';
export { readSpoolState, type WriterState } from './state/spool-state.ts';
export { withCompanions } from './contracts/companions.ts';
