export {
  type BadLine,
  type BadLineCounter,
  type BadLineReason,
  type BadLines,
  createBadLineCounter,
} from './bad-lines.ts';
export { openFiles, sizeOf } from './find-files.ts';
export { type LogFile, openLogFile, streamLogFile } from './log-file.ts';
export { findLines, type LinePlaces } from './line-places.ts';
export { newestLines } from './newest-lines.ts';
export { lineAt, type LogLine, readLines } from './read-lines.ts';
export { createLineSplitter, type RawLine, type TakeLine } from './split-lines.ts';
export { writePieces } from './write-pieces.ts';
