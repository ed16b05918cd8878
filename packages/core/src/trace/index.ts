export { describeFailure, type Failure, judge, type Verdict } from './failure.ts';
export { endAsOf } from './end-as-of.ts';
export { injectCurrent } from './inject.ts';
export { onLeftOpen } from './left-open.ts';
export { linkTo } from './link-to.ts';
export { RecordedSpan, type SpanHost } from './span.ts';
export { watchStream, type StreamWatcher } from './stream.ts';
export { createTracer } from './tracer.ts';
export type {
  AlertOptions,
  Clock,
  Content,
  ContentOptions,
  EndedSpan,
  EndOptions,
  ForeignContext,
  Profile,
  SamplingOptions,
  Scope,
  ScoreOptions,
  ServiceOptions,
  Span,
  SpanOptions,
  TailOptions,
  Tracer,
  TracerOptions,
  TracerStats,
} from './types.ts';
export { runInSpan, type WorkObserver } from './with-span.ts';
