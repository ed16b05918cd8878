import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetched, run } from './fetch.ts';
import { makeEnvironment } from './python.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = '3.17.2';
/** MLflow's answers have spans as bytes of protobuf; its store has them as JSON. */
const READ = `
import json, sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.row_factory = sqlite3.Row
columns = 'span_id, content, duration_ns, total_cost, model_name, model_provider, status'
json.dump([dict(row) for row in store.execute(f'select {columns} from spans')], sys.stdout)
`;

/** A span in MLflow's store. */
export interface StoredSpan {
  /** In hexadecimal. */
  readonly span_id: string;
  readonly duration_ns: number;
  readonly total_cost: number | null;
  readonly model_name: string | null;
  readonly model_provider: string | null;
  readonly status: string;
  readonly content: {
    readonly name: string;
    /** As JSON. */
    readonly attributes: Readonly<Record<string, string>>;
  };
}

/** A virtual environment with MLflow, from PyPI. It takes 850 MB, so that only long runs of the tests have it. */
export async function fetchMlflow(): Promise<string | undefined> {
  if (process.env['SPANLINE_LONG'] !== '1') return undefined;
  return fetched(`mlflow-${VERSION}`, async (folder) => {
    await makeEnvironment(folder, `mlflow==${VERSION}`);
  });
}

/** An empty MLflow with a store of its own. */
export function startMlflow(files: string, port: number): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-mlflow-'));
  const address = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  return startServer({
    name: 'MLflow',
    folder,
    command: [join(files, 'bin', 'mlflow'), 'server', '--backend-store-uri', 'sqlite:///store.db', ...address],
    env: { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' },
    ready: /Uvicorn running on http:\/\/127\.0\.0\.1:(\d+)/,
  });
}

/** Every span of its store. */
export async function readSpans(files: string, { folder }: RunningServer): Promise<StoredSpan[]> {
  const output = await run(join(files, 'bin', 'python'), ['-c', READ, join(folder, 'store.db')]);
  const spans = JSON.parse(output) as (Omit<StoredSpan, 'content'> & { readonly content: string })[];
  return spans.map((span) => ({ ...span, content: JSON.parse(span.content) as StoredSpan['content'] }));
}
