export { correlation } from './correlation.ts';
export { destinationKind } from './destination.ts';
export { type CommonFields, createCommonFields, type SplitLine, wholeRecord } from './line.ts';
export { STANDARD_LEVELS } from './levels.ts';
export { createLogger, profileOf, redactsLines } from './logger.ts';
export type { LoggerOptions } from './logger-options.ts';
export { pinoSymbols } from './pino-internals.ts';
export { deriveLogger, serviceMembers } from './tracer-logger.ts';
export { createWriter, type RecordWriter, type WriteResult } from './writer.ts';
