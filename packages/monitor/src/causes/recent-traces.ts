import type { Measurement } from '../metrics/measurement.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import { TraceSample } from './trace-sample.ts';
import { addToSummary, createSummary, modelOf, type TraceSummary } from './trace-summary.ts';

/** The last two minutes at 40 traces a second. */
const MAX_TRACES = 5000;
const MAX_MODELS = 200;

/** Summaries of the last traces (a sample of them if the service is busy), and the models that answered. */
export class RecentTraces {
  readonly #traces = new Map<string, TraceSummary>();
  /** Ids in order of arrival, as a ring. To find the first key of a map is slow if many before it were deleted. */
  readonly #order: string[] = [];
  readonly #sample = new TraceSample();
  #next = 0;
  /** Time of the first answer, by model. */
  readonly #models = new Map<string, number>();

  /** Traces with a record since a time. */
  since(epochMs: number): TraceSummary[] {
    return [...this.#traces.values()].filter((trace) => trace.epochMs >= epochMs);
  }

  /** Models that answered for the first time since a time. Empty if no model had answered before. */
  newModels(epochMs: number): string[] {
    const models = [...this.#models];
    if (!models.some(([, first]) => first < epochMs)) return [];
    return models.filter(([, first]) => first >= epochMs).map(([model]) => model);
  }

  /** All traces but these. */
  except(traces: readonly TraceSummary[]): TraceSummary[] {
    const excluded = new Set(traces);
    return [...this.#traces.values()].filter((trace) => !excluded.has(trace));
  }

  /** @returns the summary of the record's trace; `undefined` if the trace is not in the sample */
  add(record: ReadRecord, measurement: Measurement, epochMs: number): TraceSummary | undefined {
    const { trace_id: traceId } = record;
    if (traceId === undefined) return undefined;
    if (measurement.isRequest) this.#sample.count(epochMs);
    // Safety events are rare and always inspected.
    if (!measurement.isSafetyEvent && !this.#sample.has(traceId)) return undefined;
    const summary = this.#summaryOf(traceId, epochMs);
    summary.epochMs = epochMs;
    addToSummary(summary, record, measurement);
    if (measurement.isSpan && record['span.type'] === 'llm') this.#addModel(modelOf(record), epochMs);
    return summary;
  }

  #addModel(model: string | undefined, epochMs: number): void {
    if (model !== undefined && !this.#models.has(model) && this.#models.size < MAX_MODELS) {
      this.#models.set(model, epochMs);
    }
  }

  #summaryOf(traceId: string, epochMs: number): TraceSummary {
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    const oldestId = this.#order[this.#next];
    const oldest = oldestId === undefined ? undefined : this.#traces.get(oldestId);
    if (oldestId !== undefined) this.#traces.delete(oldestId);
    this.#order[this.#next] = traceId;
    this.#next = (this.#next + 1) % MAX_TRACES;
    const summary = createSummary(epochMs, oldest?.isHeld === true ? undefined : oldest);
    this.#traces.set(traceId, summary);
    return summary;
  }
}
