/** Shared with the command line. No public interface. */
export { createLineSplitter, type LogFile, openLogFile, type RawLine } from './lines/index.ts';
