/** Retrievers: their queries. */

import { text } from '@spanline/instrumentation';
import { serializedClass } from '../objects/names.ts';
import type { RunStart } from '../objects/run-start.ts';
import type { OpenRuns } from '../runs/open-runs.ts';

/** Starts a retriever. */
export function startRetriever(
  runs: OpenRuns,
  start: RunStart,
  retriever: unknown,
  query: string,
  name: unknown,
): void {
  const target = text(name) ?? serializedClass(retriever) ?? 'documents';
  runs.start(start, { name: `retrieval ${target}`, type: 'retriever', input: query });
}
