export { ContentCounter } from './content-counter.ts';
export { type ContentLimits, UNLIMITED } from './content-limits.ts';
export { fitField, fitPlain } from './fit.ts';
export { joinJson, type Json } from './json.ts';
export { type JsonMember, jsonMembers, replaceTexts, textOfJson } from './json-text.ts';
export { plainKeyJson } from './object-json.ts';
export { JsonEncoder } from './json-encoder.ts';
export { MessageIndex } from './message-index.ts';
export { safeText, verifiedText } from './safe-text.ts';
