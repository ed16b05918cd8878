export { describeFailure, type Failure, judge, type Verdict } from './failure.ts';
export { endAsOf } from './end-as-of.ts';
export { createGuard, type Guard } from './guard.ts';
export { injectCurrent } from './inject.ts';
export { onLeftOpen } from './left-open.ts';
export { linkTo } from './link-to.ts';
export { isSpan, RecordedSpan, type SpanHost } from './span.ts';
export { runInSpan, type WorkObserver } from './with-span.ts';
