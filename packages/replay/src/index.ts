export type { MatchMode } from './matching/difference.ts';
export { replay } from './session/replay.ts';
export type { LivePart, Replay, ReplayedCall, ReplayOptions, ReplayReport } from './session/replay-options.ts';
