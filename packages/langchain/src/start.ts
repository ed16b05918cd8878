import { type Bag, bag, text } from '@spanline/instrumentation';
/** How a callback names the run and its surroundings. */
export interface Start {
  readonly runId: string;
  readonly parentRunId: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Bag;
  /** LangChain's run manager keeps this array for as long as it can report the run's end, and passes it with the end. */
  readonly holder: object | undefined;
}

/** Reads what every start callback says. */
export function toStart(runId: string, parentRunId: unknown, tags: unknown, metadata: unknown): Start {
  const list = Array.isArray(tags) ? (tags as string[]) : undefined;
  return { runId, parentRunId: text(parentRunId), tags: list ?? [], metadata: bag(metadata), holder: list };
}
