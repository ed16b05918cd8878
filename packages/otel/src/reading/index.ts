export { SpanFacts } from './facts.ts';
export { CLAUDE_CODE_PREFIX, spanKindOf, spanTypeOf } from './span-type.ts';
