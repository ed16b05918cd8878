export { cachedFetch, type CachedFetchOptions } from './cache/cached-fetch.ts';
export type { MatchMode } from './matching/difference.ts';
export { replay } from './session/replay.ts';
export type { LivePart, Replay, ReplayedCall, ReplayOptions, ReplayReport } from './session/replay-options.ts';
