/** Parts of many answers, and answers that are about the source as a whole. */

/** Prefix of every path of the API. */
export const API = '/api/v1';

/** A text that may be longer than what was sent. */
export interface LongText {
  readonly text: string;
  /** Characters of the whole text; absent if `text` is all of it. */
  readonly length?: number;
  /**
   * Number of the text in its span, for `GET /api/v1/trace/<id>/span/<span>/text/<n>?from=`. Absent where only the span
   * has the rest.
   */
  readonly n?: number;
}

/** A part of a long text. */
export interface TextAnswer {
  readonly text: string;
  readonly from: number;
  readonly length: number;
}

/** How far the lines were read. */
export interface ReadState {
  readonly isComplete: boolean;
  /** Share of the bytes that were read, 0 to 1. */
  readonly share: number;
  readonly lines: number;
  readonly badLines: number;
  /** Files that could not be read, with the reason. */
  readonly unread: readonly string[];
}

/** A request that failed. The HTTP status is 400, 404 or 500. */
export interface ErrorAnswer {
  readonly error: string;
  /** Place of the fault in the filter, in characters. */
  readonly position?: number;
  readonly suggestion?: string;
}

/** The sources, and the names that a filter knows: `GET /api/v1/about`. */
export interface AboutAnswer {
  readonly version: string;
  readonly sources: readonly string[];
  /** Names that a filter knows. */
  readonly fields: readonly string[];
  /** Scores can be written. */
  readonly canAnnotate?: true;
}

/** Events of `GET /api/v1/live`, a stream of server-sent events. */
export interface LiveEvent {
  /** Another text than before: the source has new lines. */
  readonly version: string;
}

/** The answers of a trace as a file, by the path of the API. Every text is whole. */
export interface FileAnswers {
  /** Id of the trace. */
  readonly id: string;
  readonly answers: Readonly<Record<string, unknown>>;
}

/** The most frequent values of a field: `GET /api/v1/values`. */
export interface ValuesAnswer {
  readonly values: readonly { readonly value: string; readonly count: number }[];
}
