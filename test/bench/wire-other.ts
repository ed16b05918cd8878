/**
 * A process of the suite of wire capture: requests to a host that is no model's. The cases take short turns in an order
 * that chance chooses, and so neither load nor order favours one.
 */

import channels from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { createLogger, createTracer } from '@spanline/core';

/** Turns of each case, and requests of a turn. The first request of a turn is not counted: the case before differs. */
const ROUNDS = 1000;
const REQUESTS = 6;
/** Requests before the first turn. V8 is still compiling for as long. */
const WARM_REQUESTS = 2000;
/** Requests of each case before the first turn. */
const WARM_OF_CASE = 500;

/** Not the exports of the module, which are replaced while wire capture starts. */
const { subscribe, unsubscribe } = channels;

type Listener = Parameters<typeof subscribe>;

const CREATED = 'undici:request:create';
const ignores = (): void => undefined;

/** CPU nanoseconds of each request, by case. */
export type OtherCosts = Readonly<Record<OtherCase, readonly number[]>>;

/** Starts wire capture. @returns the listeners that it adds: a turn adds and removes these, so that none starts cold */
async function listenersOfWire(): Promise<readonly Listener[]> {
  // Importing the package starts it.
  process.env['SPANLINE_WIRE'] = 'false';
  const { wire } = await import('@spanline/wire');
  const logger = createLogger({}, '/dev/null');
  const tracer = createTracer({ logger, service: { name: 'bench' }, statsIntervalSeconds: 0 });
  const added: Listener[] = [];
  channels.subscribe = (...listener): void => void added.push(listener);
  syncBuiltinESMExports();
  wire({ tracer });
  channels.subscribe = subscribe;
  syncBuiltinESMExports();
  return added;
}

/** A way to make a request: with these listeners. */
interface Way {
  start(): void;
  end(): void;
}

function listening(listeners: readonly Listener[]): Way {
  return {
    start: () => listeners.forEach((listener) => subscribe(...listener)),
    end: () => listeners.forEach((listener) => unsubscribe(...listener)),
  };
}

/** The listeners come and go before the requests: that makes V8 drop compiled code in every case. */
function without(way: Way): Way {
  const start = (): void => {
    way.start();
    way.end();
  };
  return { start, end: ignores };
}

async function waysOf() {
  const wire = listening(await listenersOfWire());
  return {
    'client as it is': without(wire),
    wire,
    'a listener that ignores the request': listening([[CREATED, ignores]]),
    'the client as it is, again': without(wire),
  } as const;
}

/** A case of the process. */
export type OtherCase = keyof Awaited<ReturnType<typeof waysOf>>;

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function measure(url: string): Promise<OtherCosts> {
  const ask = async (): Promise<void> => {
    await (await fetch(`${url}/stock`, { method: 'POST', body: '{"article":7}' })).json();
  };
  const askOften = async (count: number): Promise<void> => {
    for (let made = 0; made < count; made++) await ask();
  };
  const cases = Object.entries(await waysOf()).map(([name, way]) => ({ name, way, costs: [] as number[] }));
  await askOften(WARM_REQUESTS);
  for (const { way } of cases) {
    way.start();
    await askOften(WARM_OF_CASE);
    way.end();
  }
  for (let round = 0; round < ROUNDS; round++)
    for (const { way, costs } of shuffled(cases)) {
      way.start();
      await ask();
      for (let made = 1; made < REQUESTS; made++) {
        const started = cpuNs();
        await ask();
        costs.push(cpuNs() - started);
      }
      way.end();
    }
  return Object.fromEntries(cases.map(({ name, costs }) => [name, costs])) as unknown as OtherCosts;
}

const [, , url = ''] = process.argv;
if (process.send !== undefined && url !== '') {
  process.on('disconnect', () => process.exit());
  process.send(await measure(url));
}
