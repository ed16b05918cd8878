/** The outcome of a batch that brokers did not store as a whole. */
import type { ItemResult, SendResult } from '../../contracts/sink.ts';

/** The answer of a broker for one partition, as the client has it on its errors. */
interface PartitionResponse {
  readonly index: number;
  readonly errorCode: number;
  /** The messages that caused the error, by their position among those of the partition. */
  readonly recordErrors?: readonly { readonly batchIndex: number }[];
}

/** An error of the client; all parts are optional, because any error may arrive here. */
interface ClientError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly apiId?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
  /** The part of the batch that other brokers stored. */
  readonly produced?: { readonly offsets?: readonly { readonly partition: number }[] };
  readonly response?: {
    readonly responses?: readonly { readonly partitionResponses?: readonly PartitionResponse[] }[];
  };
}

/** The fate of the messages of one partition. */
type PartitionOutcome = 'stored' | 'refused' | 'retry';

/** Codes of Kafka's protocol, "Error Codes". */
const STORED: ReadonlySet<number> = new Set([0, 46]);
/** Too large, invalid in itself, or against the rules of the topic. */
const REFUSED: ReadonlySet<number> = new Set([10, 18, 32, 43, 87]);
const REFUSED_IDS: ReadonlySet<unknown> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);
/** An operator must act. */
const PAUSED: ReadonlySet<unknown> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'POLICY_VIOLATION',
  'PLT_KFK_AUTHENTICATION',
  'PLT_KFK_USER',
  'PLT_KFK_UNSUPPORTED_API',
]);
const MAX_DEPTH = 8;

/** The errors inside of an error, itself first. */
function* allErrors(error: unknown, depth = 0): Generator<ClientError> {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return;
  const own = error as ClientError;
  yield own;
  if (Array.isArray(own.errors)) for (const inner of own.errors as unknown[]) yield* allErrors(inner, depth + 1);
  yield* allErrors(own.cause, depth + 1);
}

/** The last answer for each partition. A partition that was stored once stays stored. */
function responsesOf(errors: readonly ClientError[]): Map<number, PartitionResponse> {
  const responses = new Map<number, PartitionResponse>();
  for (const { response, produced } of errors) {
    for (const { partition } of produced?.offsets ?? []) responses.set(partition, { index: partition, errorCode: 0 });
    for (const { partitionResponses = [] } of response?.responses ?? []) {
      for (const found of partitionResponses) {
        const known = responses.get(found.index);
        if (known === undefined || !STORED.has(known.errorCode)) responses.set(found.index, found);
      }
    }
  }
  return responses;
}

/** Names of the errors, without what a broker says about them: that may quote a line. */
function reasonOf(errors: readonly ClientError[]): string {
  // The client has no code for it.
  if (errors.some(({ message }) => String(message).startsWith('Unknown topic'))) return 'the topic does not exist';
  const ids = new Set(errors.map(({ apiId }) => apiId).filter((id): id is string => typeof id === 'string'));
  if (ids.size > 0) return [...ids].join(', ');
  const codes = errors.map(({ code }) => code).filter((code): code is string => typeof code === 'string');
  return codes.findLast((code) => !code.startsWith('PLT_KFK_MULTIPLE')) ?? 'the brokers cannot be reached';
}

/**
 * Interprets an error of the client.
 *
 * @param partitions - the partition of each message of the batch, in order; empty if nothing was sent
 */
export function resultOfError(error: unknown, partitions: readonly number[]): SendResult {
  const errors = [...allErrors(error)];
  const reason = reasonOf(errors);
  const responses = responsesOf(errors);
  if (errors.some(({ apiId, code }) => PAUSED.has(apiId) || PAUSED.has(code))) return { kind: 'pause', reason };
  if (responses.size === 0) {
    return errors.some(({ apiId }) => REFUSED_IDS.has(apiId)) ? { kind: 'split', reason } : { kind: 'retry', reason };
  }
  const outcomeOf = (partition: number): PartitionOutcome => {
    const code = responses.get(partition)?.errorCode;
    if (code === undefined) return 'retry';
    return STORED.has(code) ? 'stored' : REFUSED.has(code) ? 'refused' : 'retry';
  };
  const areAll = (outcome: PartitionOutcome): boolean =>
    partitions.every((partition) => outcomeOf(partition) === outcome);
  if (areAll('retry')) return { kind: 'retry', reason };
  const isNamed = [...responses.values()].some(({ recordErrors = [] }) => recordErrors.length > 0);
  if (areAll('refused') && !isNamed) return { kind: 'split', reason };
  const seen = new Map<number, number>();
  const items = partitions.map((partition): ItemResult => {
    const position = seen.get(partition) ?? 0;
    seen.set(partition, position + 1);
    const outcome = outcomeOf(partition);
    if (outcome === 'stored') return { kind: 'stored' };
    const toBlame = responses.get(partition)?.recordErrors ?? [];
    const isAlone = partitions.indexOf(partition) === partitions.lastIndexOf(partition);
    const isBlamed = toBlame.some(({ batchIndex }) => batchIndex === position);
    return { kind: outcome === 'refused' && (isAlone || isBlamed) ? 'reject' : 'retry', reason };
  });
  return { kind: 'items', items };
}
