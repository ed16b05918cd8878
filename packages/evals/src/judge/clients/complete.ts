/** One request to a model, and its answer, whichever client sends it. */

/** The request of a judge. */
export interface JudgeRequest {
  /** The task, the scale, the examples and the form of the answer. */
  readonly system: string;
  /** The judged values, between tags. */
  readonly user: string;
  /** The model, if the judge names one. */
  readonly model: string | undefined;
  /** Tokens that the answer may have. */
  readonly maxTokens: number;
  /** Fires when the judgement takes too long, or nobody waits for it. */
  readonly signal: AbortSignal;
}

/** The answer of a model. */
export interface JudgeAnswer {
  readonly text: string;
  /** Token usage in the shape of any provider, or the whole answer around it. */
  readonly usage?: unknown;
  /** Name of the model that answered. */
  readonly model?: string | undefined;
}

/** Asks a model: a local one, or one behind a client that has no adapter. */
export type Complete = (request: JudgeRequest) => JudgeAnswer | string | Promise<JudgeAnswer | string>;

/** A client as a judge uses it. */
export interface Connection {
  readonly complete: Complete;
  /** OpenTelemetry's name of the provider, as far as the client reveals it. */
  readonly provider?: string | undefined;
  /** URL of the server. */
  readonly url?: string | undefined;
  /** The model that the client itself is bound to. */
  readonly model?: string | undefined;
  /** True if each request has to name the model. */
  readonly needsModel?: boolean;
}

/** Text of content that is a text, or a list of parts. */
export function textOfContent(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return (content as unknown[])
    .map((part) => {
      const { type, text } = (part ?? {}) as { type?: unknown; text?: unknown };
      return type === 'text' && typeof text === 'string' ? text : '';
    })
    .join('');
}

export const textOrUndefined = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
