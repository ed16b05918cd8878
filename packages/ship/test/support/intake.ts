import type { Received, Reply } from './receiver.ts';

/** Datadog's logs intake v2, as its documentation describes it. */
export interface Intake {
  readonly logs: Record<string, unknown>[];
  /** Logs above 1 MB, which the real intake cuts. */
  readonly cut: number;
  accept(request: Received): Reply;
}

const MAX_BODY_BYTES = 5_000_000;
const MAX_LOG_BYTES = 1_000_000;
const MAX_LOGS = 1000;

/** An intake with one valid key. */
export function createIntake(key: string): Intake {
  const logs: Record<string, unknown>[] = [];
  let cut = 0;
  return {
    logs,
    get cut() {
      return cut;
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
      logs.push(...batch);
      return { status: 202, headers: { 'content-type': 'application/json' }, body: '{}' };
    },
  };
}
