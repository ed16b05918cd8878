export { type ContentLimits, UNLIMITED } from './content-limits.ts';
export { fitField } from './fit.ts';
export { joinJson, type Json } from './json.ts';
export { JsonEncoder } from './json-encoder.ts';
export { MessageIndex } from './message-index.ts';
export { safeText, verifiedText } from './safe-text.ts';
