import { type Props, props, text } from '@spanline/instrumentation';

/** The arguments that every start callback has. */
export interface RunStart {
  readonly runId: string;
  readonly parentRunId: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Props;
  /**
   * The array of tags. LangChain's run manager keeps it as long as it can report the run's end, and passes it with the
   * end.
   */
  readonly holder: object | undefined;
}

/** Reads the arguments that every start callback has. */
export function toRunStart(runId: string, parentRunId: unknown, tags: unknown, metadata: unknown): RunStart {
  const list = Array.isArray(tags) ? (tags as string[]) : undefined;
  return { runId, parentRunId: text(parentRunId), tags: list ?? [], metadata: props(metadata), holder: list };
}
