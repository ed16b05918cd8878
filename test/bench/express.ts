import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { FLOORS } from './express-floors.ts';
import { type BenchResult, type OperationCost, resultOf } from './harness.ts';
import { type Row, addedRatio, addedTold, bytesPerSpan, ratio, told } from './rows.ts';
import { type Sink, startSink } from './sink.ts';

const MODES = ['none', 'disabled', ...FLOORS, 'spanline', 'pino-http', 'otel'] as const;
const REPETITIONS = 5;
const REQUESTS = 6000;
const CONNECTIONS = 32;

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly agent: Agent;
}

async function start(mode: string, sink: Sink): Promise<Server> {
  const child = fork(fileURLToPath(new URL('express-server.ts', import.meta.url)), [mode, '/dev/null', sink.url], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port, agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS }) };
}

function get({ port, agent }: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/hello/42', agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

async function load(server: Server, requests: number): Promise<void> {
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await get(server);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

type Answer = Partial<OperationCost>;

async function ask(server: Server, message: string): Promise<Answer> {
  const answered = once(server.child, 'message');
  server.child.send(message);
  const [answer] = (await answered) as [Answer];
  return answer;
}

/** Server CPU a request: the servers run side by side and take their turns, so that a machine that slows down slows all of them. */
async function measureServers(): Promise<Map<string, BenchResult>> {
  const sink = await startSink();
  const servers = await Promise.all(MODES.map(async (mode) => [mode, await start(mode, sink)] as const));
  const samples = new Map<string, OperationCost[]>(MODES.map((mode) => [mode, []]));
  try {
    for (let repetition = -1; repetition < REPETITIONS; repetition++) {
      for (const [mode, server] of servers) {
        await ask(server, 'reset');
        await load(server, REQUESTS);
        const { ns = Number.NaN, bytes = Number.NaN, gcNs = Number.NaN } = await ask(server, 'read');
        const cost = { ns: ns / REQUESTS, bytes: bytes / REQUESTS, gcNs: gcNs / REQUESTS };
        if (repetition >= 0) samples.get(mode)?.push(cost);
      }
    }
  } finally {
    for (const [, { child, agent }] of servers) {
      agent.destroy();
      child.kill();
    }
    sink.stop();
  }
  return new Map([...samples].map(([name, all]) => [name, resultOf(name, all)]));
}

/** Rows of Express. */
export async function expressRows(): Promise<Row[]> {
  const results = await measureServers();
  const of = (mode: (typeof MODES)[number]): BenchResult | undefined => results.get(mode);
  return [
    addedRatio('Express, CPU added per request', 0.6, of('none'), of('spanline'), of('pino-http')),
    addedRatio('Express, CPU added per request', 0.35, of('none'), of('spanline'), of('otel')),
    bytesPerSpan('Express request', 6.8, 1, of('none'), of('spanline')),
    addedTold('Express, a context, two headers and a listener, CPU added', of('none'), of('ids'), of('otel')),
    addedTold('Express, the same with a ready-made span, CPU added', of('none'), of('span'), of('otel')),
    ratio('Express, disabled', 1.02, of('disabled'), of('none')),
    told('Express, a middleware that calls next()', of('next'), of('none')),
  ];
}
