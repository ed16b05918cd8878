/** Sends score lines to the place where a target keeps scores. */
import type { RedactLine } from '../../contracts/redaction.ts';
import type { Sink, SinkSpec } from '../../contracts/sink.ts';
import { type HttpSinkOptions, type HttpTarget, specOf } from '../http-options.ts';
import { createHttpSink } from '../http-sink.ts';
import { createLinePolicy } from '../line-policy.ts';
import { datadogEvaluations } from './datadog-evaluations.ts';
import { langfuseScores } from './langfuse-scores.ts';
import { phoenixSpanScores, phoenixTraceScores } from './phoenix-scores.ts';
import type { ScoreForm } from './score-form.ts';
import { readScore } from './score.ts';

const FORMS = {
  'phoenix-spans': phoenixSpanScores,
  'phoenix-traces': phoenixTraceScores,
  langfuse: langfuseScores,
  'datadog-llmobs': datadogEvaluations,
} as const satisfies Readonly<Record<string, ScoreForm>>;

/** A target's way of taking scores. */
export type ScoreFormName = keyof typeof FORMS;

interface ScoresConfig {
  readonly http: HttpTarget;
  readonly form: ScoreFormName;
}

/** A score is about a span that is on its way as well: it waits, so that the span is there first. */
const LIMITS = { bytes: 1_000_000, entries: 500, lingerMs: 5000 };

/**
 * The sink of a target's scores, beside the one of its spans.
 *
 * @param http - the URL is that of the form's endpoint
 */
export function scoresSpec(name: string, options: HttpSinkOptions, http: HttpTarget, form: ScoreFormName): SinkSpec {
  // Phoenix refuses a compressed body here, and no vendor's client sends one.
  const config: ScoresConfig = { http: { ...http, gzip: false }, form };
  return { ...specOf(name, options), module: import.meta.url, options: config, createSink };
}

/** Creates the sink from the options of its spec. @public */
export function createSink({ http, form: name }: ScoresConfig, redact?: RedactLine): Sink<string> {
  const policy = createLinePolicy(http.capture, redact);
  const form: ScoreForm = FORMS[name];
  const { open, close } = form;
  return createHttpSink<string>({
    http,
    path: '',
    contentType: 'application/json',
    limits: LIMITS,
    encode(line) {
      const read = readScore(line, policy);
      if (read.kind !== 'score') return read;
      const { score } = read;
      const body = form.encode(score);
      if (body === undefined) return { kind: 'skip' };
      return { kind: 'entry', parts: [JSON.stringify(body)], meta: form.target(score) };
    },
    body: ({ entries }) => Buffer.from(`${open}${entries.map(({ body }) => body.toString()).join(',')}${close}`),
    interpret: (response, batch) => form.interpret(response, batch),
  });
}
