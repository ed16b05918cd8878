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

/** Of more tags the rest is not read. */
const MAX_TAGS = 1000;

const isText = (tag: unknown): tag is string => typeof tag === 'string';

/** The tags that are texts. */
function textsOf(tags: readonly unknown[]): readonly string[] {
  if (tags.length <= MAX_TAGS && tags.every(isText)) return tags;
  return tags.slice(0, MAX_TAGS).filter(isText);
}

/** Reads the arguments that every start callback has. */
export function toRunStart(runId: string, parentRunId: unknown, tags: unknown, metadata: unknown): RunStart {
  const list = Array.isArray(tags) ? (tags as unknown[]) : undefined;
  return {
    runId,
    parentRunId: text(parentRunId),
    tags: list === undefined ? [] : textsOf(list),
    metadata: props(metadata),
    holder: list,
  };
}
