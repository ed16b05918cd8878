import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetched, run } from './fetch.ts';
import { makeEnvironment } from './python.ts';
import { type RunningServer, startServer } from './server.ts';

const VERSION = '20.26.1';

/** A virtual environment with Arize Phoenix, from PyPI. */
export function fetchPhoenix(): Promise<string | undefined> {
  return fetched(`phoenix-${VERSION}`, async (folder) => {
    await makeEnvironment(folder, `arize-phoenix==${VERSION}`);
  });
}

/** OpenTelemetry's classes refuse a field that they do not know. OTLP has ids in hexadecimal, not in base64. */
const CONVERT = `
import base64, json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
def to_base64(members):
    for key in ('traceId', 'spanId', 'parentSpanId'):
        if key in members:
            members[key] = base64.b64encode(bytes.fromhex(members[key])).decode()
    return members
document = json.load(open(sys.argv[1]), object_hook=to_base64)
request = json_format.ParseDict(document, ExportTraceServiceRequest())
open(sys.argv[2], 'wb').write(request.SerializeToString())
`;

/** Reads a file in OTLP/JSON with OpenTelemetry's own classes, and writes it in the form that Phoenix takes. */
export async function otlpToProtobuf(files: string, path: string): Promise<Buffer<ArrayBuffer>> {
  const target = `${path}.pb`;
  await run(join(files, 'bin', 'python'), ['-c', CONVERT, path, target]);
  return readFileSync(target);
}

/** An empty Phoenix with a database of its own; it asks nobody on the internet. */
export function startPhoenix(files: string): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-phoenix-'));
  return startServer({
    name: 'Phoenix',
    folder,
    command: [join(files, 'bin', 'phoenix'), 'serve', '--no-internet', '--no-ui'],
    env: {
      PHOENIX_WORKING_DIR: folder,
      PHOENIX_HOST: '127.0.0.1',
      PHOENIX_PORT: '0',
      PHOENIX_GRPC_PORT: '0',
      PHOENIX_TELEMETRY_ENABLED: 'false',
    },
    ready: /Uvicorn running on http:\/\/127\.0\.0\.1:(\d+)/,
  });
}
