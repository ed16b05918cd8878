import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { startReceiver } from './support/receiver.ts';
import { INTAKE_TROUBLES, TROUBLES } from './support/troubled-target.ts';
import { ROTATIONS, World } from './support/world.ts';

const disk = vi.hoisted(() => ({ isFull: false, isForbidden: (_path: string): boolean => false }));

/**
 * A disk that is full takes a part of a text first, as the real one does. The other functions are looked up at each
 * call: the modules stay loaded for later tests, which replace some of them.
 */
vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const full = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  const live = Object.entries(real).map(([name]) => [name, { enumerable: true, get: () => Reflect.get(real, name) }]);
  const own = {
    writeSync(fd: number, data: string, ...rest: never[]) {
      if (!disk.isFull || typeof data !== 'string') return real.writeSync(fd, data, ...rest);
      if (data.length > 40) return real.writeSync(fd, data.slice(0, 20));
      throw full();
    },
    openSync(path: string, flags = 'r', mode?: number) {
      if (disk.isForbidden(path)) throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
      return real.openSync(path, flags, mode);
    },
    writeFileSync(path: string, data: string, ...rest: never[]) {
      real.writeFileSync(path, disk.isFull ? data.slice(0, 20) : data, ...rest);
      if (disk.isFull) throw full();
    },
  };
  const entries = Object.entries(Object.getOwnPropertyDescriptors(own));
  return Object.defineProperties({}, Object.fromEntries([...live, ...entries]) as PropertyDescriptorMap);
});

function repairDisk(): void {
  disk.isFull = false;
  disk.isForbidden = () => false;
}

/** Faults by kind, of all runs. */
const faults = new Map<string, number>();

function count(kind: string, by = 1): void {
  faults.set(kind, (faults.get(kind) ?? 0) + by);
}

afterEach(() => {
  repairDisk();
  vi.useRealTimers();
});

type Act = fc.AsyncCommand<object, World>;

const act = (name: string, run: (world: World) => void | Promise<void>): Act => ({
  check: () => true,
  run: async (_, world) => {
    await run(world);
    world.check();
  },
  toString: () => name,
});

/** An act that is a fault, unless it returns false: then there was nothing to harm. */
const fault = (kind: string, run: (world: World) => boolean | void | Promise<boolean | void>, detail = ''): Act =>
  act(`${kind} ${detail}`, async (world) => {
    if ((await run(world)) !== false) count(kind);
  });

/** Lets the engine work: until a target has seen another request, or for a few turns of the loop. */
async function work(world: World, turns: number): Promise<void> {
  world.hurry();
  const before = world.receivers.map(({ requests }) => requests.length).join();
  for (let turn = 0; turn < turns * 50; turn++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
    if (world.receivers.map(({ requests }) => requests.length).join() !== before) return;
  }
}

const commands = [
  fc.nat(60).map((lines) => act(`write ${lines}`, (world) => world.write(lines, false))),
  fc.nat(60).map((lines) => act(`write ${lines}`, (world) => world.write(lines, false))),
  fc.constant(act('write poison', (world) => world.write(1, true))),
  fc.nat(30).map((lines) => act(`another program writes ${lines} and a half`, (world) => world.writeForeign(lines))),
  fc.nat(30).map((lines) => act(`another program writes ${lines} behind a link`, (world) => world.writeLinked(lines))),
  fc
    .constantFrom(...ROTATIONS)
    .map((how) => fault(`rotate by ${how}`, (world) => world.rotate(how, !disk.isForbidden(world.logPath)))),
  fc.constant(fault('link names another file', (world) => world.retarget())),
  fc.constant(fault('file deleted and begun anew', (world) => world.recreate())),
  fc.boolean().map((isForbidden) =>
    fault(isForbidden ? 'files unreadable' : 'files readable again', (world) => {
      if (isForbidden === disk.isForbidden(world.logPath)) return false;
      disk.isForbidden = (path) => isForbidden && world.isForeign(path);
      return true;
    }),
  ),
  fc.constant(fault('second shipper', (world) => world.startSecond())),
  fc
    .constantFrom(...TROUBLES)
    .map((trouble) =>
      fault('elasticsearch in trouble', (world) => world.setTrouble('elasticsearch', trouble), trouble),
    ),
  fc
    .constantFrom(...INTAKE_TROUBLES)
    .map((trouble) => fault('datadog in trouble', (world) => world.setTrouble('datadog', trouble), trouble)),
  fc.integer({ min: 1, max: 4 }).map((turns) => act(`work ${turns}`, (world) => work(world, turns))),
  fc.integer({ min: 1, max: 4 }).map((turns) => act(`work ${turns}`, (world) => work(world, turns))),
  fc.constant(fault('application killed', (world) => world.killApp())),
  fc.constant(fault('shipper killed', (world) => world.killShipper())),
  fc
    .constantFrom('', '{"file":"0000', '{}')
    .map((text) => fault('checkpoint damaged', (world) => world.damageCheckpoints(text), text)),
  fc.nat().map((pick) => fault('byte flipped', (world) => world.flip(pick), String(pick))),
  fc.boolean().map((isFull) => fault(isFull ? 'disk full' : 'disk has room', () => void (disk.isFull = isFull))),
  fc.integer({ min: -86_400_000, max: 86_400_000 }).map((ms) =>
    fault(
      'clock set',
      () => {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
      },
      String(ms),
    ),
  ),
];

/** Every kind of fault that the plans have. */
const KINDS = [
  ...ROTATIONS.map((how) => `rotate by ${how}`),
  'link names another file',
  'file deleted and begun anew',
  'files unreadable',
  'second shipper',
  'elasticsearch in trouble',
  'datadog in trouble',
  'requests to a target in trouble',
  'application killed',
  'shipper killed',
  'checkpoint damaged',
  'byte flipped',
  'disk full',
  'clock set',
];
/** What ends a fault. */
const REPAIRS: ReadonlySet<string> = new Set(['disk has room', 'files readable again']);

const IS_LONG = process.env['SPANLINE_LONG'] === '1';
const RUNS = IS_LONG ? 300 : 25;
const SEED = 2026;

/** Runs events in a world of their own. In the end, everything works, and all must be there. */
async function inWorld(run: (world: World) => Promise<void>): Promise<World> {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const receivers = [await startReceiver(() => 'hang'), await startReceiver(() => 'hang')];
  const world = new World(receivers);
  try {
    await run(world);
    repairDisk();
    await world.settle();
    return world;
  } finally {
    vi.useRealTimers();
    repairDisk();
    await world.end();
    for (const receiver of receivers) await receiver.close();
  }
}

it('a copy of a file whose first lines were read while the disk was full is known', async () => {
  await inWorld(async (world) => {
    await world.rotate('rename', true);
    await work(world, 1);
    world.writeForeign(1);
    disk.isFull = true;
    await work(world, 1);
    await world.rotate('replace', true);
  });
});

it('no fault loses a line: each is stored, refused with a reason or counted, and in Elasticsearch it is there once', async () => {
  const sum = { runs: 0, lines: 0, repeated: 0 };
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25, size: 'max' }), async (plan) => {
      const world = await inWorld((real) => fc.asyncModelRun(() => ({ model: {}, real }), plan));
      count('requests to a target in trouble', world.troubled);
      const { lines, repeated } = world.totals();
      sum.runs++;
      sum.lines += lines;
      sum.repeated += repeated;
    }),
    // The short run has the same plans each time; the long one looks for new ones.
    { numRuns: RUNS, endOnFailure: !IS_LONG, ...(IS_LONG ? {} : { seed: SEED }) },
  );
  for (const repair of REPAIRS) faults.delete(repair);
  const total = [...faults.values()].reduce((all, many) => all + many, 0);
  const { runs, lines, repeated } = sum;
  if (IS_LONG) {
    const kinds = JSON.stringify(Object.fromEntries(faults));
    const figures = `${lines} lines, lost: 0, twice in Elasticsearch: 0, repeated to Datadog: ${repeated}`;
    process.stdout.write(`${runs} runs, ${total} faults, ${figures}. ${kinds}\n`);
  }
  expect([...faults.keys()].toSorted()).toEqual(KINDS.toSorted());
});
