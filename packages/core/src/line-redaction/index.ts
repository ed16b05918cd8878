export { createRedaction, lineRedaction, type LineRedaction, type LineRedactionOptions } from './line-redaction.ts';
export type { RedactLine } from './redact-line.ts';
