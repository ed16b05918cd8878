/** One span: its content, usage, scores and error, and the scores that are given to it. */

import { API, type LongText } from './common.ts';
import type { MessageAnswer } from './trace.ts';

/** A retrieved document. */
export interface DocumentAnswer {
  readonly id?: string;
  readonly score?: number;
  readonly text: LongText;
  /** Places of the sent text that an answer of the trace has too: start, and the character after the end. */
  readonly used?: readonly (readonly [start: number, end: number])[];
}

/** A unit of usage that is billed. The cost of all units is the cost by prices. */
export interface UsageAnswer {
  readonly unit: string;
  readonly count: number;
  /** Those that are billed at the price of this unit: of the input, the tokens that were not cached. */
  readonly billed?: number;
  /** List price of one. */
  readonly unitUsd?: number;
  /** Factor of the tier and the region on the list price; absent for 1. */
  readonly factor?: number;
  readonly usd?: number;
}

/** A score of a span. */
export interface ScoreAnswer {
  readonly name: string;
  readonly value?: number;
  readonly label?: string;
  readonly explanation?: string;
}

/** The error of a span. */
export interface ErrorDetails {
  readonly type: string;
  readonly message?: LongText;
  /** Errors that led to this one, the nearest first. */
  readonly causes: readonly string[];
  /** Kind of failure, and whether the same call may succeed later. */
  readonly facts: readonly (readonly [string, string])[];
  readonly stack?: LongText;
}

/** Everything about a span: `GET /api/v1/trace/<id>/span/<span>`. */
export interface SpanAnswer {
  readonly spanId: string;
  /** Conversation of a model call: what went in, then what came out. */
  readonly input: readonly MessageAnswer[];
  readonly output: readonly MessageAnswer[];
  /** Messages that repeat earlier calls of the trace; the page folds them. */
  readonly history: number;
  /** Input and output of a span that is no conversation. */
  readonly values: readonly { readonly name: string; readonly text: LongText }[];
  readonly documents: readonly DocumentAnswer[];
  readonly usage: readonly UsageAnswer[];
  /** Conditions of the cost: whether it is exact, or why there is none; source, table, tier, region. */
  readonly price: readonly (readonly [string, string])[];
  readonly scores: readonly ScoreAnswer[];
  readonly error?: ErrorDetails;
  /** Texts of the line that redaction replaced. */
  readonly redactions?: { readonly count: number; readonly rules: readonly string[] };
  /** Every further attribute, by name. */
  readonly attributes: readonly (readonly [string, string])[];
  /** Messages whose line is missing or was cut. */
  readonly missing: readonly string[];
  /** The line as JSON. */
  readonly raw: LongText;
}

/** `GET /api/v1/trace/<id>/span/<span>/copy?as=`: the span as text. */
export interface CopyAnswer {
  readonly text: string;
}

/** Path of `POST`ed annotations; see {@link Annotation}. */
export const ANNOTATIONS = `${API}/annotations`;

/**
 * `POST /api/v1/annotations`: a score line that is appended to the file of `--annotate`. One of value, label and
 * comment is given.
 */
export interface Annotation {
  readonly traceId: string;
  readonly spanId?: string;
  readonly name: string;
  readonly value?: number;
  readonly label?: string;
  readonly comment?: string;
}
