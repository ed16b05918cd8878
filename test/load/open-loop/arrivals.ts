/** Requests that arrive when they arrive, whether earlier ones were answered or not. */
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { randomNumbers } from '@spanline/record/statistics';

/** A load of one generator. */
export interface Load {
  readonly url: string;
  readonly body: string;
  /** Mean number of requests a second. Times between them are exponential: requests of many users, from a fixed seed. */
  readonly perSecond: number;
  readonly requests: number;
}

/** How the requests went, in the order of their arrival. */
export interface Answered {
  /** Milliseconds from the moment a request was due to the end of its answer. A late start counts. */
  readonly latenciesMs: readonly number[];
  readonly failed: number;
  readonly seconds: number;
}

const SEED = 26;

function send(agent: Agent, { url, body }: Load): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
      response.once('error', () => resolve(false));
    });
    sent.once('error', () => resolve(false));
    sent.end(body);
  });
}

/**
 * Sends each request when it is due. A service that stalls meets all requests of that time, and each waits as long as
 * its user would: nothing is left out because an earlier answer was late (coordinated omission).
 */
export async function sendOpenLoop(load: Load): Promise<Answered> {
  const random = randomNumbers(SEED);
  const agent = new Agent({ keepAlive: true });
  const latenciesMs: number[] = [];
  const open: Promise<void>[] = [];
  let failed = 0;
  async function sendOne(number: number, dueAt: number): Promise<void> {
    const isOk = await send(agent, load);
    latenciesMs[number] = performance.now() - dueAt;
    if (!isOk) failed++;
  }
  const start = performance.now();
  let due = start;
  for (let number = 0; number < load.requests; number++) {
    due += (-Math.log(1 - random()) * 1000) / load.perSecond;
    const waitMs = due - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    open.push(sendOne(number, due));
  }
  await Promise.all(open);
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return { latenciesMs, failed, seconds };
}

/** Sends requests as fast as they are answered, `atOnce` at a time. @returns requests a second: where the service saturates */
export async function saturate(load: Omit<Load, 'perSecond'>, atOnce: number): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  let left = load.requests;
  const start = performance.now();
  async function client(): Promise<void> {
    while (left-- > 0) await send(agent, { ...load, perSecond: 0 });
  }
  await Promise.all(Array.from({ length: atOnce }, client));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return load.requests / seconds;
}
