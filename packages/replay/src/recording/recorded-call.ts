/** Calls of a recorded trace: what each was asked with, and what it answered. */
import type { ContentFault, Message, RetrievedDocument, SpanRecord, ToolDefinition } from '@spanline/record';

/** Fields of every recorded call. */
interface Recorded {
  readonly record: SpanRecord;
  readonly spanId: string;
  readonly name: string;
  /** Personal data and secrets were replaced: `[EMAIL_1]` in the recording is any text in a request. */
  readonly isRedacted: boolean;
  /** Content that was cut, or not written. */
  readonly faults: readonly ContentFault[];
}

/** A model call. */
export interface RecordedModelCall extends Recorded {
  readonly kind: 'model';
  readonly model: string | undefined;
  /** System instructions first. `undefined` if the input was not written. */
  readonly messages: readonly Message[] | undefined;
  readonly tools: readonly ToolDefinition[];
  readonly parameters: Parameters;
  /** The answer, one message for each choice. Empty if it was not written. */
  readonly answers: readonly Message[];
}

/** A call of a tool. */
export interface RecordedToolCall extends Recorded {
  readonly kind: 'tool';
  readonly arguments: unknown;
  readonly result: unknown;
}

/** A call of a retriever. */
export interface RecordedRetrieval extends Recorded {
  readonly kind: 'retriever';
  readonly query: string | undefined;
  readonly documents: readonly RetrievedDocument[] | undefined;
}

/** A recorded call. */
export type RecordedCall = RecordedModelCall | RecordedToolCall | RecordedRetrieval;

/** Parameters of a request that change its answer. */
export interface Parameters {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
}
