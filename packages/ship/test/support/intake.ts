import type { Received, Reply } from './receiver.ts';

/** Datadog's logs intake v2, as its documentation describes it. */
export interface Intake {
  readonly logs: Record<string, unknown>[];
  /** Logs above 1 MB, which the real intake cuts. */
  readonly cut: number;
  /** Logs that the real intake does not keep, because they say they are too old or of the future. */
  readonly outOfTime: number;
  accept(request: Received): Reply;
}

const MAX_BODY_BYTES = 5_000_000;
const MAX_LOG_BYTES = 1_000_000;
const MAX_LOGS = 1000;

const OLDEST_MS = 18 * 3_600_000;
const NEWEST_MS = 2 * 3_600_000;
/** Attributes that it reads the time of a log from, besides those that a pipeline names. */
const DATES = ['timestamp', 'date', '_timestamp', 'Timestamp', 'eventTime', 'published_date', '@timestamp'];

function isKept(log: Record<string, unknown>): boolean {
  const date = DATES.map((name) => log[name]).find((value) => value !== undefined);
  const age = Date.now() - (date === undefined ? Date.now() : new Date(date as string | number).getTime());
  return age < OLDEST_MS && age > -NEWEST_MS;
}

/** An intake with one valid key. */
export function createIntake(key: string): Intake {
  const logs: Record<string, unknown>[] = [];
  let cut = 0;
  let outOfTime = 0;
  return {
    logs,
    get cut() {
      return cut;
    },
    get outOfTime() {
      return outOfTime;
    },
    accept({ path, headers, body }) {
      if (path !== '/api/v2/logs') return { status: 404 };
      if (headers['dd-api-key'] === undefined) return { status: 401 };
      if (headers['dd-api-key'] !== key) return { status: 403 };
      if (headers['content-type'] !== 'application/json') return { status: 400 };
      if (body.length > MAX_BODY_BYTES) return { status: 413 };
      const batch = JSON.parse(body.toString('utf8')) as Record<string, unknown>[];
      if (!Array.isArray(batch) || batch.length > MAX_LOGS) return { status: 400 };
      cut += batch.filter((log) => Buffer.byteLength(JSON.stringify(log)) > MAX_LOG_BYTES).length;
      const kept = batch.filter(isKept);
      outOfTime += batch.length - kept.length;
      logs.push(...kept);
      return { status: 202, headers: { 'content-type': 'application/json' }, body: '{}' };
    },
  };
}
