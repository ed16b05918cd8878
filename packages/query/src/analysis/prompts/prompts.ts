/** Prompts of a log: figures of each version, and whether the newest one differs from the one before. */

import type { ReadRecord } from '../../records/index.ts';
import { createCallCollector, type VersionCalls } from './calls.ts';
import {
  compareVersions,
  describeVersion,
  type PromptChange,
  type PromptVersion,
  type VersionPair,
} from './versions.ts';

/** The prompts of a log. */
export interface Prompts {
  /** By name, then in the order in which the versions began. */
  readonly versions: readonly PromptVersion[];
  /** The newest version of each prompt beside the one that began before it. */
  readonly changes: readonly PromptChange[];
  /** Calls, scores and ids beyond the limits. */
  readonly leftOut: number;
}

/**
 * Reads the model calls that name their prompt. Where one call is inside another (a client below a
 * framework), the inner one counts. A score belongs to the call that it names, else to the last call of its trace.
 */
export async function promptsOf(records: AsyncIterable<ReadRecord>): Promise<Prompts> {
  const collector = createCallCollector();
  for await (const { kind, record } of records) collector.add(kind, record);
  const { versions, leftOut } = collector.end();
  const byName = new Map<string, VersionCalls[]>();
  for (const own of versions.toSorted((a, b) => a.firstMs - b.firstMs)) {
    const others = byName.get(own.name);
    if (others === undefined) byName.set(own.name, [own]);
    else others.push(own);
  }
  const groups = [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  const pairs = groups.flatMap((group): VersionPair[] => {
    const [before, after] = group.slice(-2);
    return before === undefined || after === undefined ? [] : [[before, after]];
  });
  return {
    versions: groups.flatMap((group) => {
      const all = group.reduce((sum, { calls }) => sum + calls, 0);
      return group.map((own) => describeVersion(own, all));
    }),
    changes: compareVersions(pairs),
    leftOut,
  };
}
