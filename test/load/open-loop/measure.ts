/** Starts provider, service and load in processes of their own, and measures the service at parts of its saturation. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answered, Load } from './arrivals.ts';
import type { Task } from './generate.ts';
import type { ServiceCost, ServiceMemory, ServiceQuestion } from './serve.ts';

const BODY = JSON.stringify({ question: 'How do I write a transport?' });
const AT_ONCE = 32;
const WARM_UP_REQUESTS = 500;

/** A service at one rate, for one turn. */
export interface Turn extends Answered {
  readonly cost: ServiceCost;
}

/** A service that runs, and its load. */
export interface Bench {
  /** Requests a second when clients wait for each other. */
  saturation(requests: number): Promise<number>;
  /** Sends requests at a mean rate, whether earlier ones were answered or not. */
  turn(perSecond: number, seconds: number): Promise<Turn>;
  /** Memory of the service. */
  memory(): Promise<ServiceMemory>;
  stop(): Promise<void>;
}

/** How a process of the bench is started. */
interface StartOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Flags of Node. */
  readonly flags?: readonly string[];
}

function start(file: string, args: readonly string[], { env = process.env, flags = [] }: StartOptions): ChildProcess {
  const program = fileURLToPath(new URL(file, import.meta.url));
  return fork(program, args, { env, execArgv: [...flags, '--import', 'tsx'] });
}

/** The next message of a process. @throws an error when it ends before */
async function next<Result>(child: ChildProcess): Promise<Result> {
  const ended = new AbortController();
  const options = { signal: ended.signal };
  const exit = once(child, 'exit', options).then(([code]) => {
    throw new Error(`${child.spawnargs.at(-1) ?? 'a process'} ended with ${String(code)}`);
  });
  exit.catch(() => {});
  try {
    const [message] = (await Promise.race([once(child, 'message', options), exit])) as [Result];
    return message;
  } finally {
    ended.abort();
  }
}

function ask<Result>(child: ChildProcess, message: object): Promise<Result> {
  const answer = next<Result>(child);
  child.send(message);
  return answer;
}

/** Starts a service, traced or not, with flags of Node, and asks it until it is warm. */
export async function startBench(isTraced: boolean, flags: readonly string[] = []): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-open-loop-'));
  const children: ChildProcess[] = [];
  async function stop(): Promise<void> {
    for (const child of children) if (child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
  const begin = (file: string, args: readonly string[] = [], options: StartOptions = {}): ChildProcess => {
    const child = start(file, args, options);
    children.push(child);
    return child;
  };
  try {
    const provider = begin('provider.ts');
    const providerPort = await next<number>(provider);
    const env = { ...process.env, NODE_ENV: 'production', SPANLINE_ENABLED: String(isTraced) };
    const service = begin('serve.ts', [String(providerPort), join(folder, 'app.ndjson')], { env, flags });
    const url = `http://127.0.0.1:${await next<number>(service)}/langchain/ask`;
    const generator = begin('generate.ts');
    const saturation = (requests: number): Promise<number> =>
      ask(generator, { load: { url, body: BODY, requests }, atOnce: AT_ONCE } satisfies Task);
    await saturation(WARM_UP_REQUESTS);
    return {
      saturation,
      stop,
      memory: () => ask(service, { about: 'memory' } satisfies ServiceQuestion),
      async turn(perSecond, seconds) {
        const question: ServiceQuestion = { about: 'cost' };
        await ask<ServiceCost>(service, question);
        const load: Load = { url, body: BODY, perSecond, requests: Math.max(1, Math.round(perSecond * seconds)) };
        const answered = await ask<Answered>(generator, { load } satisfies Task);
        return { ...answered, cost: await ask<ServiceCost>(service, question) };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
