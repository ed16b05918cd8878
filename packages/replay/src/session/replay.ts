/** `replay`: runs a program on the calls of a recorded trace. */
import { checkOptions, option, type RetrievedDocument, type Shape, SpanlineError } from '@spanline/record';
import { createModelMatcher } from '../matching/model-matcher.ts';
import { placeholdersIn, sameWithout } from '../matching/same-text.ts';
import { createStepMatcher } from '../matching/step-matcher.ts';
import { readRecording } from '../recording/read-recording.ts';
import type { RecordedCall } from '../recording/recorded-call.ts';
import { askedRequest, recordedAnswer } from './asked-model.ts';
import { recordedError } from './recorded-error.ts';
import { createReplayFetch } from './replay-fetch.ts';
import { LIVE_PARTS, type Replay, type ReplayedCall, type ReplayOptions } from './replay-options.ts';
import { serveReplay } from './replay-server.ts';

const SHAPE: Shape<ReplayOptions> = {
  traceId: option.string(),
  match: option.oneOf(['strict', 'messages']),
  ignore: option.list(option.like<RegExp>('a regular expression', (value) => value instanceof RegExp)),
  pace: option.oneOf(['fast', 'recorded']),
  live: option.list(option.oneOf(LIVE_PARTS)),
  fetch: option.callback<typeof fetch>(),
};

const named = ({ kind, name, spanId }: RecordedCall): ReplayedCall => ({ kind, name, spanId });

/** Content that a recorded call does not have as it was. */
function notesOf(call: RecordedCall): string[] {
  const notes = call.faults.map(({ reason }) => reason);
  const output = call.kind === 'model' ? JSON.stringify(call.answers) : '';
  const replaced = call.isRedacted ? placeholdersIn(output) : [];
  if (replaced.length > 0) notes.push(`its answer has ${replaced.join(', ')} in the place of personal data`);
  return notes.map((note) => `${call.name} (span ${call.spanId}): ${note}`);
}

/**
 * Replays a trace: model calls, tools and retrievers are answered from its lines, and nothing leaves the process,
 * unless `live` says so.
 *
 * @param lines - lines of the trace, in any order and any profile
 * @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_INVALID_RECORDING`
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { replay } from '@spanline/replay';
 * import OpenAI from 'openai';
 *
 * const lines = readFileSync('trace.ndjson', 'utf8').split('\n');
 * const recorded = replay(lines);
 * const client = new OpenAI({ apiKey: 'none', fetch: recorded.fetch });
 * ```
 */
export function replay(lines: Iterable<string | object>, options: ReplayOptions = {}): Replay {
  checkOptions<ReplayOptions>(SHAPE, options);
  const { traceId: wanted, match = 'strict', ignore = [], pace = 'fast', live = [] } = options;
  const { fetch: send = globalThis.fetch } = options;
  const sameText = sameWithout(ignore);
  const recording = readRecording(lines, wanted);
  const { traceId, calls } = recording;
  const answered: ReplayedCall[] = [];
  const misses: string[] = [];
  const models = createModelMatcher(
    calls.filter((call) => call.kind === 'model'),
    { mode: match, sameText },
  );
  const tools = createStepMatcher(
    calls.filter((call) => call.kind === 'tool'),
    sameText,
  );
  const retrievals = createStepMatcher(
    calls.filter((call) => call.kind === 'retriever'),
    sameText,
  );
  const onAnswer = (call: RecordedCall): void => void answered.push(named(call));
  const onMiss = (reason: string): void => void misses.push(reason);
  const replayed = createReplayFetch({
    matcher: models,
    asRecorded: pace === 'recorded',
    onAnswer,
    onMiss,
    sendEmbeddings: live.includes('retriever') ? send : undefined,
  });

  /** Takes a recorded call; throws its failure. */
  function take<Call extends RecordedCall>(find: () => Call): Call {
    let call: Call;
    try {
      call = find();
    } catch (error) {
      onMiss(error instanceof Error ? error.message : String(error));
      throw error;
    }
    onAnswer(call);
    if (call.record['span.status'] === 'error') throw recordedError(call.record);
    return call;
  }

  const unused = (): readonly RecordedCall[] => [
    ...(live.includes('model') ? [] : models.unused()),
    ...(live.includes('tools') ? [] : tools.unused()),
    ...(live.includes('retriever') ? [] : retrievals.unused()),
  ];

  return {
    traceId,
    fetch: live.includes('model') ? send : replayed,
    tool(name, fn) {
      return async (...args) => {
        const result: unknown = live.includes('tools')
          ? await fn(...args)
          : take(() => tools.take(name, [args[0], args])).result;
        return result as never;
      };
    },
    retriever(name, fn, toDocument = (document: RetrievedDocument) => document as never) {
      return async (query, ...rest) => {
        if (live.includes('retriever')) return [...(await fn(query, ...rest))];
        return (take(() => retrievals.take(name, [query])).documents ?? []).map(toDocument);
      };
    },
    model(fn, { request, answer }) {
      return async (...args) => {
        const result: unknown = live.includes('model')
          ? await fn(...args)
          : answer(recordedAnswer(take(() => models.take(askedRequest(request(...args))))));
        return result as never;
      };
    },
    listen: () => serveReplay(live.includes('model') ? send : replayed),
    install() {
      const before = globalThis.fetch;
      const own = this.fetch;
      globalThis.fetch = own;
      return () => {
        if (globalThis.fetch === own) globalThis.fetch = before;
      };
    },
    report: () => ({
      traceId,
      answered: [...answered],
      misses: [...misses],
      unused: unused().map(named),
      notes: calls.flatMap(notesOf),
    }),
    verify() {
      const left = unused().map(
        ({ kind, name, spanId }) => `the recorded call of the ${kind} ${name} (span ${spanId}) was not made`,
      );
      const problems = [...misses, ...left];
      if (problems.length > 0) throw new SpanlineError({ code: 'ERR_REPLAY_MISS', problem: problems.join('\n') });
    },
  };
}
