export { correlation } from './correlation.ts';
export { destinationKind } from './destination.ts';
export { type CommonFields, createCommonFields, type SplitLine, wholeRecord } from './line.ts';
export { createLogger, profileOf } from './logger.ts';
export type { LoggerOptions } from './logger-options.ts';
export { pinoSymbols } from './pino-internals.ts';
export { createWriter, type RecordWriter, type WriteResult } from './writer.ts';
