export { correlation, type CorrelationOptions } from './correlation.ts';
export { destinationKind } from './destination.ts';
export { createHead, type HeadedLine, type LineHead, wholeRecord } from './line.ts';
export { createLogger, type LogDestination, type LoggerOptions, profileOf } from './logger.ts';
export { createWriter, type RecordWriter, type WriteResult } from './writer.ts';
