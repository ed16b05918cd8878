/** Removes the planned lines, file by file. Each file is whole at any time: a run that was killed is run again. */

import { rmSync } from 'node:fs';
import { open } from '@spanline/query';
import type { FilePlan } from './plan.ts';
import { checkFile, Refusal, removeLeftovers, rewriteFile } from './replace-file.ts';
import type { SpoolLocks } from './spools.ts';

/** The outcome for one file. */
export interface FileOutcome {
  readonly plan: FilePlan;
  /** Why the file stayed as it is. */
  readonly refusal?: string;
  /** A process that could not be seen wrote to the file meanwhile. Its lines are in the new file. */
  readonly isWritten?: boolean;
}

/** Everything that a run found and did. */
export interface Outcome {
  readonly isDone: boolean;
  readonly isInterrupted: boolean;
  readonly files: readonly FileOutcome[];
  readonly documents: number;
  /** Those of trace screens among them. */
  readonly traceDocuments: number;
  readonly unread: ReadonlyMap<string, string>;
}

const COPY = 'it is a copy that a shipper has not sent; run spanline ship --once on its folder first';
const RETRIED = 'it is being sent again; run spanline ship dead-letters --retry to its end first';

/** Why a file cannot be rewritten now; `undefined` if it can. */
export function refusalOf(plan: FilePlan): string | undefined {
  if (plan.refusal !== undefined) return plan.refusal;
  if (plan.kind === 'copy') return COPY;
  if (plan.kind === 'retried') return RETRIED;
  try {
    checkFile(plan.file.path);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

async function removeFrom(plan: FilePlan, locks: SpoolLocks, signal: AbortSignal): Promise<boolean> {
  const { file, ranges, kind, isAll } = plan;
  const refusal = refusalOf(plan);
  if (refusal !== undefined) throw new Refusal(refusal);
  if (kind === 'segment') locks.check(file.path);
  // Before the file: a run that is killed in between leaves no index of lines that are gone.
  await open(file.path).removeIndex();
  if (isAll && file.isCompressed && kind === 'log') {
    removeLeftovers(file.path);
    rmSync(file.path);
    return false;
  }
  return rewriteFile({ file, ranges, isFilled: kind === 'segment', signal });
}

/** Removes the lines of one plan. */
export async function removeLines(plan: FilePlan, locks: SpoolLocks, signal: AbortSignal): Promise<FileOutcome> {
  try {
    return { plan, isWritten: await removeFrom(plan, locks, signal) };
  } catch (error) {
    signal.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    return {
      plan,
      refusal: error instanceof Refusal ? error.message : `it cannot be rewritten (${code ?? String(error)})`,
    };
  }
}
