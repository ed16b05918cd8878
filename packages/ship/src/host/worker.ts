import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { startEngine } from '../engine/engine.ts';
import { discoverSpool } from '../reading/spool-discovery.ts';
import { createSink } from '../sinks/create-sink.ts';
import type { WorkerInput, WorkerNews, WorkerOrder } from './messages.ts';

const STATS_MS = 1000;
const GRACE_MS = 3000;

function serve(port: MessagePort, { root, own, owner, sinks }: WorkerInput): void {
  const tell = (news: WorkerNews): void => port.postMessage(news);
  const engine = startEngine({
    root,
    from: [discoverSpool({ root, own })],
    owner,
    sinks: sinks.map(createSink),
    report: (report) => tell({ kind: 'report', report }),
  });
  const sendStats = (): void => tell({ kind: 'stats', stats: engine.stats() });
  const timer = setInterval(sendStats, STATS_MS);

  async function obey(order: WorkerOrder): Promise<void> {
    if (order.kind === 'drain') {
      await engine.drain();
      sendStats();
      tell({ kind: 'drained', id: order.id });
      return;
    }
    clearInterval(timer);
    await engine.stop(GRACE_MS);
    sendStats();
    tell({ kind: 'stopped' });
    port.close();
  }

  port.on('message', (order: WorkerOrder) => void obey(order));
}

if (parentPort !== null) serve(parentPort, workerData as WorkerInput);
