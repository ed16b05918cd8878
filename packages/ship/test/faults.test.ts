import fc from 'fast-check';
import { afterEach, it, vi } from 'vitest';
import { startReceiver } from './support/receiver.ts';
import { INTAKE_TROUBLES, TROUBLES } from './support/troubled-target.ts';
import { World } from './support/world.ts';

const disk = vi.hoisted(() => ({ isFull: false }));

/** A disk that is full takes a part of a text first, as the real one does. */
vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const full = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  return {
    ...real,
    writeSync(fd: number, data: string, ...rest: never[]) {
      if (!disk.isFull || typeof data !== 'string') return real.writeSync(fd, data, ...rest);
      if (data.length > 40) return real.writeSync(fd, data.slice(0, 20));
      throw full();
    },
    writeFileSync(path: string, data: string, ...rest: never[]) {
      real.writeFileSync(path, disk.isFull ? data.slice(0, 20) : data, ...rest);
      if (disk.isFull) throw full();
    },
  };
});

afterEach(() => {
  disk.isFull = false;
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

/** Lets the engine work: until a target has seen another request, or for a few turns of the loop. */
async function work(world: World, turns: number): Promise<void> {
  const before = world.receivers.map(({ requests }) => requests.length).join();
  for (let turn = 0; turn < turns * 50; turn++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
    if (world.receivers.map(({ requests }) => requests.length).join() !== before) return;
  }
}

const commands = [
  fc.nat(60).map((count) => act(`write ${count}`, (world) => world.write(count, false))),
  fc.nat(60).map((count) => act(`write ${count}`, (world) => world.write(count, false))),
  fc.constant(act('write poison', (world) => world.write(1, true))),
  fc.nat(30).map((count) => act(`another program writes ${count} and a half`, (world) => world.writeForeign(count))),
  fc
    .constantFrom('rename' as const, 'compress' as const, 'copy' as const)
    .map((how) => act(`rotate by ${how}`, (world) => world.rotate(how))),
  fc
    .constantFrom(...TROUBLES)
    .map((trouble) => act(`es: ${trouble}`, (world) => world.setTrouble('elasticsearch', trouble))),
  fc
    .constantFrom(...INTAKE_TROUBLES)
    .map((trouble) => act(`datadog: ${trouble}`, (world) => world.setTrouble('datadog', trouble))),
  fc.integer({ min: 1, max: 4 }).map((turns) => act(`work ${turns}`, (world) => work(world, turns))),
  fc.integer({ min: 1, max: 4 }).map((turns) => act(`work ${turns}`, (world) => work(world, turns))),
  fc.constant(act('kill app', (world) => world.killApp())),
  fc.constant(act('kill shipper', (world) => world.killShipper())),
  fc
    .constantFrom('', '{"file":"0000', '{}')
    .map((text) => act(`checkpoint ${text}`, (world) => world.damageCheckpoints(text))),
  fc.nat().map((pick) => act(`flip ${pick}`, (world) => world.flip(pick))),
  fc.boolean().map((isFull) => act(`disk full ${isFull}`, () => void (disk.isFull = isFull))),
  fc.integer({ min: -86_400_000, max: 86_400_000 }).map((ms) =>
    act(`clock ${ms}`, () => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    }),
  ),
];

const RUNS = process.env['SPANLINE_LONG'] === '1' ? 300 : 15;

it('no fault loses a line: each is stored, refused with a reason or counted, and in Elasticsearch it is there once', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 25, size: 'max' }), async (plan) => {
      const receivers = [await startReceiver(() => 'hang'), await startReceiver(() => 'hang')];
      const world = new World(receivers);
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: world }), plan);
        disk.isFull = false;
        await world.settle();
      } finally {
        vi.useRealTimers();
        disk.isFull = false;
        await world.end();
        for (const receiver of receivers) await receiver.close();
      }
    }),
    { numRuns: RUNS, endOnFailure: RUNS < 100 },
  );
});
