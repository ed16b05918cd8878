/** Shared with the command line. No public interface. */
export {
  createLineSplitter,
  type LogFile,
  type LogLine,
  openFiles,
  openLogFile,
  type RawLine,
  readLines,
  writePieces,
} from './lines/index.ts';
export { openTraceDocuments, type TraceDocuments } from './cluster/index.ts';
export { isAlive } from './index-store/index.ts';
export { lineMs, readRecord as toRecord } from './records/index.ts';
