export { bisect, type BisectedMove, type Bisection, type BisectOptions } from './bisect.ts';
export { MOVE_LEVEL } from './change-points.ts';
export type { SettingChange } from './setting-changes.ts';
export type { Setting } from './settings.ts';
