/** Panels of the dashboard, and maps of texts. */

/** A series of a panel. */
export interface PanelSeries {
  /** The value of the field that the panel is split by, or the title of a metric. */
  readonly name: string;
  /** Fingerprint of an error. */
  readonly key?: string;
  /** Of the whole time. It is no sum of the points where the metric is none. */
  readonly total?: number;
  /** Start of an interval, and the value in it. */
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

/** `GET /api/v1/panels/<id>`: the panel of that id in `PANELS`. */
export interface PanelAnswer {
  readonly id: string;
  /** Length of an interval. */
  readonly barMs: number;
  /** Starts of the first and of the last interval of the log; absent without a trace. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** The largest first. */
  readonly series: readonly PanelSeries[];
  /** Series that were left out. */
  readonly more: number;
}

/** Texts that a map can show. */
export const MAP_TEXTS = ['queries', 'answers', 'documents'] as const;

/** Texts that a map can show. */
export type MapTexts = (typeof MAP_TEXTS)[number];

/** A text, as a point. Near texts are near points. */
export interface MapPoint {
  /** 0 to 1, from the left. */
  readonly x: number;
  /** 0 to 1, from the top. */
  readonly y: number;
  /** Place in {@link MapAnswer.clusters}. */
  readonly cluster: number;
  /** Its start. */
  readonly text: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Mean of the scores of the trace. */
  readonly score?: number;
}

/** `GET /api/v1/map`: texts of the spans that pass a filter. */
export interface MapAnswer {
  readonly of: MapTexts;
  /** Where the vectors come from: counted words, or the endpoint of `--embed`. */
  readonly by: 'words' | 'endpoint';
  readonly points: readonly MapPoint[];
  /** Groups of near texts, with the words that are more frequent in them than elsewhere. */
  readonly clusters: readonly {
    readonly label: string;
    readonly count: number;
    readonly x: number;
    readonly y: number;
  }[];
  /** Older texts that were left out. */
  readonly more: number;
}
