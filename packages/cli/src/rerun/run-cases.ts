/** Runs cases several at once, and writes the lines of each when it is whole. */
import type { Span } from '@spanline/core';
import { type ParsedLine, text } from '@spanline/record';
import { messageOf } from '../command.ts';
import type { Case } from './cases.ts';
import type { LineRouter, RunLines } from './line-router.ts';
import { ModelError } from './model/client.ts';
import type { ResultsFile } from './results-file.ts';
import { Unfinished } from './run-steps.ts';

/** How the run of all cases ended. */
export interface RunEnd {
  readonly finished: number;
  /** Cases that the same command runs again, by the reason. */
  readonly unfinished: ReadonlyMap<string, number>;
  /** Why no further case was begun. */
  readonly stopped: string | undefined;
}

/** Options of {@link runCases}. */
export interface RunCasesOptions {
  readonly router: LineRouter;
  readonly results: ResultsFile;
  readonly concurrency: number;
  readonly experiment: string;
  readonly change: string;
  readonly stop: AbortSignal;
  /** Takes content out of a line for the file. */
  readonly policy: (line: ParsedLine) => ParsedLine | undefined;
  run(one: Case, span: Span, lines: RunLines): Promise<void>;
  onProgress(finished: number): void;
}

/** Requests that fail before any was answered say something about the command. */
const REFUSED = 3;

function lineText({ record, rest }: ParsedLine): string {
  return `${JSON.stringify({ ...record, ...rest })}\n`;
}

/** The first span is the last line: a file whose writing broke off shows it. */
function rootLast(lines: readonly ParsedLine[], traceId: string): ParsedLine[] {
  const isRoot = ({ record }: ParsedLine): boolean =>
    record.trace_id === traceId && record.parent_span_id === undefined;
  const spans = lines.filter(({ kind }) => kind === 'span' || kind === 'score');
  return [...spans.filter((line) => !isRoot(line)), ...spans.filter((line) => isRoot(line))];
}

/** Runs the cases. */
export async function runCases(cases: readonly Case[], options: RunCasesOptions): Promise<RunEnd> {
  const { router, results, concurrency, experiment, change, stop, policy, run, onProgress } = options;
  const unfinished = new Map<string, number>();
  let finished = 0;
  let stopped: string | undefined;
  let held: string[][] = [];
  let refusal = '';
  const queue = cases.values();

  /** Refusals are results once the server has answered something. */
  function write(lines: readonly ParsedLine[]): void {
    const failed = lines.find(({ record }) => record['span.type'] === 'llm' && record['span.status'] === 'error');
    const texts = lines.flatMap((line) => policy(line) ?? []).map(lineText);
    if (failed !== undefined && finished === 0) {
      held.push(texts);
      refusal = text(failed.record['error.message']) ?? 'no reason given';
      if (held.length >= REFUSED) stopped ??= `the first requests failed: ${refusal}`;
      return;
    }
    for (const one of [...held, texts]) results.add(one);
    finished += held.length + 1;
    held = [];
    onProgress(finished);
  }

  async function runOne(one: Case): Promise<void> {
    const lines = router.open();
    const span = router.tracer.startSpan({
      name: `experiment ${experiment}`,
      type: 'chain',
      parent: null,
      link: { traceId: one.traceId },
      labels: { experiment, change, item: one.traceId },
    });
    lines.own(span.traceId);
    lines.own(one.traceId);
    try {
      await run(one, span, lines);
      span.end();
      write(rootLast(lines.end(), span.traceId));
    } catch (error) {
      span.end();
      lines.end();
      if (stop.aborted) return;
      const reason = messageOf(error);
      unfinished.set(reason, (unfinished.get(reason) ?? 0) + 1);
      const isFinal = error instanceof ModelError && !error.isPassing;
      if (error instanceof Unfinished) stopped ??= reason + error.detail;
      else if (isFinal) stopped ??= reason;
      else if (!(error instanceof ModelError)) throw error;
    }
  }

  async function work(): Promise<void> {
    for (const one of queue) {
      if (stop.aborted || stopped !== undefined) return;
      await runOne(one);
    }
  }

  await Promise.all(Array.from({ length: concurrency }, work));
  if (held.length > 0) unfinished.set(refusal, held.length);
  return { finished, unfinished, stopped };
}
