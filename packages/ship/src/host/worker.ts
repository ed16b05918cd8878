import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { RedactionSpec, RedactLine } from '../contracts/redaction.ts';
import type { SinkSpec } from '../contracts/sink.ts';
import { type Engine, startEngine } from '../engine/engine.ts';
import type { NamedSink } from '../engine/guard-sink.ts';
import { discoverSpool } from '../reading/spool-discovery.ts';
import type { SinkData, WorkerCommand, WorkerEvent, WorkerInput } from './messages.ts';
import { createNamedSink } from './sinks.ts';

const STATS_MS = 1000;
const GRACE_MS = 3000;

async function loadRedaction(redact: SinkData['redact']): Promise<RedactLine | undefined> {
  if (redact === undefined) return undefined;
  const { createRedaction } = (await import(redact.module)) as Pick<RedactionSpec, 'createRedaction'>;
  return createRedaction(redact.options as never);
}

/** @throws whatever a module, its `createSink` or its `createRedaction` throws */
async function loadSink({ name, module, options, redact }: SinkData): Promise<NamedSink> {
  const { createSink } = (await import(module)) as Pick<SinkSpec, 'createSink'>;
  return createNamedSink({ name, options, createSink }, await loadRedaction(redact));
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Starts the engine; `undefined`, and a report, when a sink cannot be loaded. */
async function load(
  { root, own, owner, sinks }: WorkerInput,
  send: (event: WorkerEvent) => void,
): Promise<Engine | undefined> {
  try {
    return startEngine({
      root,
      from: [discoverSpool({ root, own })],
      owner,
      sinks: await Promise.all(sinks.map(loadSink)),
      report: (report) => send({ kind: 'report', report }),
    });
  } catch (error) {
    const message = `a sink cannot be loaded, and nothing is shipped: ${describe(error)}`;
    send({ kind: 'report', report: { level: 'error', what: 'failed', message } });
    return undefined;
  }
}

function serve(port: MessagePort, engine: Engine, send: (event: WorkerEvent) => void): void {
  const sendStats = (): void => send({ kind: 'stats', stats: engine.stats() });
  const timer = setInterval(sendStats, STATS_MS);

  async function obey(command: WorkerCommand): Promise<void> {
    if (command.kind === 'drain') {
      await engine.drain();
      sendStats();
      send({ kind: 'drained', id: command.id });
      return;
    }
    clearInterval(timer);
    await engine.stop(GRACE_MS);
    sendStats();
    send({ kind: 'stopped' });
    port.close();
  }

  port.on('message', (command: WorkerCommand) => void obey(command));
}

async function run(port: MessagePort): Promise<void> {
  const send = (event: WorkerEvent): void => port.postMessage(event);
  const engine = await load(workerData as WorkerInput, send);
  if (engine === undefined) send({ kind: 'broken' });
  else serve(port, engine, send);
}

if (parentPort !== null) void run(parentPort);
