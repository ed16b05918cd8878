/** Two sides, and two traces, compared. */

/** A value with its interval of 95 %, which is absent where there are too few traces for one. */
export interface EstimateAnswer {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** A value of one side. */
export interface ComparedAnswer extends EstimateAnswer {
  /** The value is a lower bound: the cost of some calls is not known. */
  readonly isLeast?: true;
}

/** `GET /api/v1/compare?a=&b=`: what `spanline diff` says of spans that pass one filter, and of others. */
export interface CompareAnswer {
  /** Traces of each side. */
  readonly before: number;
  readonly after: number;
  /** Requests of each side with a model call whose cost is not known: the cost of all requests is a lower bound. */
  readonly unknownCosts: { readonly before: number; readonly after: number };
  /** Figures that were compared. */
  readonly compared: number;
  readonly steps: readonly {
    /** Absent: all requests. */
    readonly step?: string;
    /** Spans, or requests. */
    readonly before: number;
    readonly after: number;
    readonly figures: readonly {
      readonly figure: string;
      /** Of the figure, for people: `p50`. */
      readonly title: string;
      readonly unit: 'ms' | 'share' | 'tokens' | 'usd' | 'score';
      readonly before: ComparedAnswer;
      readonly after: ComparedAnswer;
      readonly difference: EstimateAnswer;
      /** The difference is none of chance, all figures counted. */
      readonly isChange: boolean;
      /** A change to more errors, time, tokens or cost, or to a lower score. */
      readonly isWorse: boolean;
    }[];
  }[];
  /** Steps that were left out. */
  readonly more: number;
}

/** A trace of a diff. */
export interface DiffTrace {
  readonly id: string;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly tokens: number;
  readonly costUsd: number;
  /** Model calls whose cost is not known; absent where there are none. */
  readonly unknownCosts?: number;
  readonly errors: number;
}

/** A span of a diff. */
export interface DiffSide {
  readonly spanId: string;
  readonly status?: string;
  readonly durationMs?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  readonly costBound?: 'least' | 'about';
  readonly error?: string;
}

/** A step of one trace, or the same step of both. */
export interface DiffRow {
  readonly step: string;
  readonly depth: number;
  readonly before?: DiffSide;
  readonly after?: DiffSide;
  /** Inputs that differ, each by its first 20,000 characters. */
  readonly changes: readonly { readonly key: string; readonly before?: string; readonly after?: string }[];
}

/** Two traces, step by step: `GET /api/v1/diff/<id>/<id>`. */
export interface DiffAnswer {
  readonly before: DiffTrace;
  readonly after: DiffTrace;
  readonly steps: readonly DiffRow[];
  /** Steps that were left out. */
  readonly more: number;
}
