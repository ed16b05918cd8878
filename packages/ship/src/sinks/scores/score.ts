/** Score lines as the targets' own scores are made of them. */
import type { EncodedLine } from '../../contracts/sink.ts';
import type { SourceLine } from '../../contracts/source.ts';
import { idOf, parseRecord } from '../line-format.ts';
import type { LinePolicy } from '../line-policy.ts';

/** A score, as a line has it. */
export interface Score {
  /** Stays the same when the line is sent again. */
  readonly id: string;
  readonly name: string;
  /** A score without a number has a label. */
  readonly value: number | undefined;
  readonly label: string | undefined;
  readonly explanation: string | undefined;
  readonly source: string;
  /** Of the score, ISO 8601. */
  readonly time: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly requestId: string | undefined;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly service: string | undefined;
}

/** Every profile has it. Lines without it need not be parsed. */
const EVENT = 'gen_ai.evaluation.result';

/** Reads the score of a line. Lines of another kind are skipped. @throws whatever the redaction throws */
export function readScore(
  line: SourceLine,
  policy: LinePolicy,
): { readonly kind: 'score'; readonly score: Score } | Exclude<EncodedLine, { kind: 'entry' }> {
  if (!line.bytes.includes(EVENT)) return { kind: 'skip' };
  const result = parseRecord(line);
  if (result.kind !== 'record') return result;
  const id = idOf(result.parsed, line);
  const parsed = policy.apply(result.parsed);
  if (parsed?.kind !== 'score') return { kind: 'skip' };
  const { record } = parsed;
  const value = record['gen_ai.evaluation.score.value'];
  const label = record['spanline.evaluation.label'];
  if (value === undefined && label === undefined) {
    return { kind: 'reject', reason: 'the score has neither a number nor a label' };
  }
  const score: Score = {
    id,
    name: record['gen_ai.evaluation.name'] ?? 'score',
    value,
    label,
    explanation: record['gen_ai.evaluation.explanation'],
    source: record['spanline.evaluation.source'] ?? 'code',
    time: record['@timestamp'] ?? new Date().toISOString(),
    traceId: record.trace_id,
    spanId: record.span_id,
    requestId: record['http.request.id'],
    sessionId: record['session.id'],
    userId: record['user.id'],
    service: record['service.name'],
  };
  return { kind: 'score', score };
}
