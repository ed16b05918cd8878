export { EVALUATION, readEvaluation } from './evaluation.ts';
export { isContentEvent, MAX_EVENTS, otherEvent, type ReadException } from './events.ts';
export { SpanFacts } from './facts.ts';
export { CLAUDE_CODE_PREFIX, spanKindOf, spanTypeOf } from './span-type.ts';
