export { cachedFetch, type CachedFetchOptions } from './cache/cached-fetch.ts';
export type { MatchMode } from './matching/difference.ts';
export { readRecording, type Recording } from './recording/read-recording.ts';
export type {
  Parameters as ModelParameters,
  RecordedCall,
  RecordedModelCall,
  RecordedRetrieval,
  RecordedToolCall,
} from './recording/recorded-call.ts';
export { replay } from './session/replay.ts';
export type { ReplayServer } from './session/replay-server.ts';
export type {
  AskedModel,
  LivePart,
  ModelForm,
  RecordedAnswer,
  Replay,
  ReplayedCall,
  ReplayOptions,
  ReplayReport,
} from './session/replay-options.ts';
export { fixtureLine } from './run/fixture.ts';
export {
  runTrace,
  type RunTraceOptions,
  type TraceContext,
  type TraceProgram,
  type TraceRun,
} from './run/run-trace.ts';
export { factsOf, type RunFacts, type ToolCall } from './run/run-facts.ts';
