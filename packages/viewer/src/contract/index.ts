/**
 * The JSON API of the viewer, version 1. Server and page share these types; docs/viewer.md describes the API.
 *
 * Times are milliseconds since the epoch, durations milliseconds, costs US dollars. A missing fact is an absent field.
 */

export {
  type AboutAnswer,
  API,
  type ErrorAnswer,
  type FileAnswers,
  type LiveEvent,
  type LongText,
  type ReadState,
  type TextAnswer,
  type ValuesAnswer,
} from './common.ts';
export {
  type DatasetAnswer,
  type GroupRow,
  type GroupsAnswer,
  type HistogramBar,
  TRACE_GROUPS,
  TRACE_ORDERS,
  type TraceGroup,
  type TraceOrder,
  type TraceRow,
  type TracesAnswer,
} from './traces.ts';
export type { ChainAnswer, FailedStep, StepContent, StepDifference, StepRow } from './chain.ts';
export {
  type EventRow,
  type MessageAnswer,
  type PartAnswer,
  type SpanRow,
  type TraceAnswer,
  type TranscriptAnswer,
  type TurnAnswer,
} from './trace.ts';
export {
  type Annotation,
  ANNOTATIONS,
  type CopyAnswer,
  type DocumentAnswer,
  type ErrorDetails,
  type ScoreAnswer,
  type SpanAnswer,
  type UsageAnswer,
} from './span.ts';
export {
  type AlertRow,
  type AlertsAnswer,
  type CauseRow,
  type CausesAnswer,
  type ErrorRow,
  type ErrorsAnswer,
  type StatsAnswer,
  type StatsRowAnswer,
} from './lists.ts';
export {
  type CompareAnswer,
  type ComparedAnswer,
  type DiffAnswer,
  type DiffRow,
  type DiffSide,
  type DiffTrace,
  type EstimateAnswer,
} from './compare.ts';
export {
  MAP_TEXTS,
  type MapAnswer,
  type MapPoint,
  type MapTexts,
  type PanelAnswer,
  type PanelSeries,
} from './charts.ts';
