/** A run as the registry keeps it. */

import { parentOf } from '@spanline/core/internal';
import type { IdleNode } from './idle-list.ts';
import type { Run } from './run.ts';

/** An open run. Times are those of `performance.now()`. */
export interface OpenRun<T> extends Run<T>, IdleNode<OpenRun<T>> {
  readonly id: string;
  readonly parent: OpenRun<T> | undefined;
  readonly depth: number;
  readonly startedMs: number;
  /** Time of the last activity. */
  activeMs: number;
  /** Kept alive until it is watched. */
  holder: object | undefined;
  isWatched: boolean;
}

/** Counts the activity of a run as that of the runs around it. */
export function touchParents<T>(run: OpenRun<T>): void {
  for (let parent = run.parent; parent !== undefined; parent = parent.parent) {
    parent.activeMs = Math.max(parent.activeMs, run.activeMs);
  }
}

/** The order in which runs are closed: inner ones before those around them. */
export function innerFirst<T>(runs: Iterable<OpenRun<T>>): OpenRun<T>[] {
  return [...runs].toSorted((a, b) => b.depth - a.depth);
}

/** True if the local root above the run's span has ended. */
export function hasEndedRoot({ span }: Run<unknown>): boolean {
  let root = span;
  for (let parent = parentOf(root); parent !== undefined; parent = parentOf(root)) root = parent;
  return root !== span && !root.isRecording;
}
