import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runs } from '../../../test/support/effort.ts';
import { type Alert, type AlertRule, type AlertStore, type Channel, ChannelError } from '../src/index.ts';
import { createWorld, MINUTE, NOON, type World } from './world.ts';

const BAD: AlertRule = {
  name: 'Bad',
  metric: 'latency_p95_ms',
  threshold: 4000,
  comparison: 'gt',
  windowMinutes: 5,
  minSamples: 1,
  severity: 'critical',
  warningThreshold: 2000,
};
const { warningThreshold: _, ...PLAIN } = BAD;
const STEP: AlertRule = { ...PLAIN, name: 'Step', perStep: true, severity: 'warning' };

type StoreMode = 'works' | 'down' | 'hangs' | 'loses answers' | 'slow';
type Loss = 'everything' | 'the last minutes' | 'the end of the text';
type ChannelMode = 'works' | 503 | 404 | 'mute';

interface Replica {
  readonly world: World;
  isAlive: boolean;
  /** Milliseconds by which its clock is wrong. */
  readonly offset: number;
  ms: number | undefined;
}

/** The replicas of a service, the memory that they share, and the people behind its channel. */
class Service {
  /** Every text of the memory, the last one last. */
  #texts: string[] = [];
  readonly #rules: AlertRule[];
  readonly arrived: Alert[] = [];
  readonly replicas: Replica[] = [];
  store: StoreMode = 'works';
  channel: ChannelMode = 'works';
  conflicts = 0;
  #now = NOON;

  constructor(rules: AlertRule[] = [BAD]) {
    this.#rules = rules;
  }

  #answer<T>(replica: Replica, work: () => T): Promise<T> {
    if (!replica.isAlive || this.store === 'hangs') return new Promise(() => {});
    if (this.store === 'down') return Promise.reject(new Error('connection refused'));
    const result = work();
    if (this.store === 'loses answers') return new Promise(() => {});
    return new Promise((resolve) => void setTimeout(() => resolve(result), this.store === 'slow' ? 400 : 5));
  }

  #storeOf(replica: () => Replica): AlertStore {
    return {
      read: () => this.#answer(replica(), () => this.#texts.at(-1)),
      replace: (_, before, after) =>
        this.#answer(replica(), () => {
          if (this.#texts.at(-1) !== before) {
            this.conflicts++;
            return false;
          }
          this.#texts.push(after);
          return true;
        }),
    };
  }

  #channelOf(replica: () => Replica): Channel {
    return {
      send: (alerts) => {
        if (!replica().isAlive) return new Promise(() => {});
        if (this.channel === 'works' || this.channel === 'mute') this.arrived.push(...alerts);
        if (this.channel === 'mute') return new Promise(() => {});
        if (this.channel === 'works') return Promise.resolve();
        return Promise.reject(new ChannelError(`status ${this.channel}`, { isPermanent: this.channel === 404 }));
      },
    };
  }

  start(offset = 0): Replica {
    const index = this.replicas.length;
    const self = (): Replica => this.replicas[index] as Replica;
    const world = createWorld({
      start: this.#now + offset,
      rules: this.#rules,
      evaluateEverySeconds: 15,
      memory: { store: this.#storeOf(self), name: 'shop' },
      channels: { slack: this.#channelOf(self) },
    });
    const replica: Replica = { world, isAlive: true, offset, ms: 1 };
    this.replicas.push(replica);
    return replica;
  }

  get alive(): Replica[] {
    return this.replicas.filter(({ isAlive }) => isAlive);
  }

  /** The clocks of all replicas are set, then their timers run. */
  async pass(minutes: number): Promise<void> {
    for (let quarter = 0; quarter < 4 * minutes; quarter++) {
      for (const { ms, world } of this.alive) {
        if (ms !== undefined) world.serve({ ms, step: 'lookup' });
      }
      this.#now += MINUTE / 4;
      for (const { offset, world } of this.alive) world.setClock(this.#now + offset);
      await vi.advanceTimersByTimeAsync(MINUTE / 4);
    }
  }

  /** Time passes in which nobody of the service does anything. */
  freeze(minutes: number): void {
    this.#now += minutes * MINUTE;
  }

  /** The store loses what it has, or goes back to an older text. */
  lose(how: Loss): void {
    if (how === 'everything') this.#texts = [];
    else if (how === 'the last minutes') this.#texts.splice(-20);
    else this.#texts.push('{"version":1,"rules":{"B');
  }

  kill(replica: Replica): void {
    replica.isAlive = false;
  }

  async close(replica: Replica): Promise<void> {
    const closed = replica.world.monitor.close();
    await vi.advanceTimersByTimeAsync(MINUTE);
    await closed;
    replica.isAlive = false;
  }

  /** Whether a replica that lives, or the text of the memory, has the incident that people know of. */
  get isRemembered(): boolean {
    if (this.known() === 'OK' || this.alive.some(({ world }) => world.monitor.alerts().length > 0)) return true;
    try {
      const { ledger } = JSON.parse(this.#texts.at(-1) ?? '{}') as { ledger?: object };
      return Object.keys(ledger ?? {}).length > 0;
    } catch {
      return false;
    }
  }

  events(): string[] {
    return this.arrived.map(({ name, event }) => `${name} ${event}`);
  }

  /** What people know of a rule. */
  known(name = 'Bad'): string {
    return this.arrived.findLast((alert) => alert.name === name)?.state ?? 'OK';
  }

  end(): void {
    for (const replica of this.replicas) this.kill(replica);
    vi.clearAllTimers();
  }
}

let service: Service;
beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  service = new Service();
});
afterEach(() => {
  service.end();
  vi.useRealTimers();
});

describe('replicas with one memory', () => {
  it('tell the start of an incident once, and its end when the last of them is well', async () => {
    const [first, second] = [service.start(), service.start()];
    first.ms = second.ms = 9000;
    await service.pass(10);
    expect(service.events()).toEqual(['Bad fired']);
    first.ms = 1;
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired']);
    second.ms = 1;
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired', 'Bad recovered']);
    expect(new Set(service.arrived.map(({ key }) => key)).size).toBe(1);
    const lines = service.replicas.flatMap(({ world }) => world.alertLines());
    expect(lines.map((line) => line['spanline.alert.event'])).toEqual(['fired', 'recovered']);
    expect(service.conflicts).toBeGreaterThan(0);
    expect(service.replicas.map(({ world }) => world.monitor.stats().alone)).toEqual([0, 0]);
  });

  it('repeat an incident together as often as one of them would', async () => {
    const [first, second] = [service.start(), service.start()];
    first.ms = second.ms = 9000;
    await service.pass(190);
    expect(service.events()).toEqual(['Bad fired', 'Bad repeated', 'Bad repeated', 'Bad repeated']);
  });

  it('tell that one of them sees worse than the others', async () => {
    const [first, second] = [service.start(), service.start()];
    first.ms = 3000;
    await service.pass(5);
    second.ms = 9000;
    await service.pass(5);
    expect(service.arrived.map(({ state }) => state)).toEqual(['WARNING', 'ALERT']);
    second.ms = 1;
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired', 'Bad fired']);
    first.ms = 1;
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired', 'Bad fired', 'Bad recovered']);
  });

  it.each(['kill', 'close'] as const)('tell the end of what one began that is gone (%s)', async (how) => {
    const [first] = [service.start(), service.start()];
    first.ms = 9000;
    await service.pass(5);
    if (how === 'kill') service.kill(first);
    else await service.close(first);
    expect(service.events()).toEqual(['Bad fired']);
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired', 'Bad recovered']);
  });

  it('do not tell the end while nobody watches: the next one has to see it', async () => {
    const first = service.start();
    first.ms = 9000;
    await service.pass(5);
    service.kill(first);
    service.freeze(90);
    const next = service.start();
    next.ms = undefined;
    await service.pass(20);
    expect(service.events()).toEqual(['Bad fired', 'Bad repeated']);
    next.ms = 1;
    await service.pass(15);
    expect(service.events()).toEqual(['Bad fired', 'Bad repeated', 'Bad recovered']);
  });

  it('send what one of them was killed over', async () => {
    const [first, second] = [service.start(), service.start()];
    service.channel = 503;
    first.ms = 9000;
    await service.pass(2);
    service.kill(first);
    service.channel = 'works';
    second.ms = 9000;
    await service.pass(5);
    expect(service.events()).toEqual(['Bad fired']);
  });

  it('alert by themselves while the memory is down, and agree again afterwards', async () => {
    const [first, second] = [service.start(), service.start()];
    await service.pass(2);
    service.store = 'down';
    first.ms = second.ms = 9000;
    await service.pass(5);
    expect(service.events()).toEqual(['Bad fired', 'Bad fired']);
    expect(first.world.monitor.stats().alone).toBeGreaterThan(10);
    first.ms = 1;
    await service.pass(20);
    expect(service.events()).toHaveLength(2);
    service.store = 'works';
    await service.pass(2);
    second.ms = 1;
    await service.pass(20);
    expect(service.events().slice(2)).toEqual(['Bad recovered']);
    const logs = first.world.lines().filter((line) => line.includes('shared memory'));
    expect(logs.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'spanline: the shared memory of alerts failed (Error); this replica alerts by itself meanwhile',
      'spanline: the shared memory of alerts works again',
    ]);
  });

  it.each<Loss>(['everything', 'the last minutes', 'the end of the text'])(
    'go on with an incident when the store has lost %s',
    async (how) => {
      const [first, second] = [service.start(), service.start()];
      await service.pass(2);
      first.ms = second.ms = 9000;
      await service.pass(4);
      service.lose(how);
      await service.pass(4);
      first.ms = 1;
      await service.pass(30);
      service.lose(how);
      service.start();
      await service.pass(10);
      expect(service.events()).toEqual(['Bad fired']);
      second.ms = 1;
      await service.pass(30);
      expect(service.events()).toEqual(['Bad fired', 'Bad recovered']);
    },
  );

  it('go on with what one of them knows alone when the store comes back without it', async () => {
    const [first] = [service.start(), service.start()];
    first.ms = 9000;
    await service.pass(5);
    service.store = 'down';
    await service.pass(2);
    service.lose('everything');
    service.store = 'works';
    await service.pass(5);
    service.kill(first);
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired', 'Bad recovered']);
  });

  it('have clocks that differ', async () => {
    const [first, second] = [service.start(-40 * MINUTE), service.start(25 * MINUTE)];
    await service.pass(1);
    first.ms = second.ms = 9000;
    await service.pass(10);
    service.kill(first);
    await service.pass(10);
    second.ms = 1;
    await service.pass(30);
    expect(service.events()).toEqual(['Bad fired', 'Bad recovered']);
  });

  it('take over an incident of a step that they have not seen', async () => {
    service = new Service([STEP]);
    const first = service.start();
    const second = service.start();
    second.ms = undefined;
    first.ms = 9000;
    await service.pass(5);
    service.kill(first);
    await service.pass(10);
    expect(service.events()).toEqual(['Step fired']);
    second.ms = 1;
    await service.pass(30);
    expect(service.events()).toEqual(['Step fired', 'Step recovered']);
  });
});

type Event =
  | { what: 'traffic'; pick: number; ms: number | undefined }
  | { what: 'channel'; mode: ChannelMode }
  | { what: 'store'; mode: StoreMode }
  | { what: 'loss'; how: Loss }
  | { what: 'end'; pick: number; how: 'kill' | 'close' }
  | { what: 'start'; offset: number }
  | { what: 'freeze'; minutes: number };

const pick = fc.nat(5);
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ what: fc.constant('traffic' as const), pick, ms: fc.constantFrom(undefined, 1, 3000, 9000) }),
  fc.record({ what: fc.constant('traffic' as const), pick, ms: fc.constantFrom(undefined, 1, 3000, 9000) }),
  fc.record({ what: fc.constant('channel' as const), mode: fc.constantFrom<ChannelMode>('works', 503, 404, 'mute') }),
  fc.record({
    what: fc.constant('store' as const),
    mode: fc.constantFrom<StoreMode>('works', 'works', 'down', 'hangs', 'loses answers', 'slow'),
  }),
  fc.record({
    what: fc.constant('loss' as const),
    how: fc.constantFrom<Loss>('everything', 'the last minutes', 'the end of the text'),
  }),
  fc.record({
    what: fc.constant('end' as const),
    pick,
    how: fc.constantFrom('kill' as const, 'close' as const),
  }),
  fc.record({ what: fc.constant('start' as const), offset: fc.constantFrom(0, -MINUTE, 40 * MINUTE) }),
  fc.record({ what: fc.constant('freeze' as const), minutes: fc.constantFrom(1, 20, 90) }),
);

/**
 * @returns whether the incident that people know of was forgotten: only a replica knew of it that ended without the
 *   memory, or the memory lost it while no replica knew of it
 */
async function happen(given: Event): Promise<boolean> {
  const { alive, isRemembered } = service;
  const picked = 'pick' in given ? alive[given.pick % Math.max(1, alive.length)] : undefined;
  if (given.what === 'traffic' && picked !== undefined) picked.ms = given.ms;
  if (given.what === 'channel') service.channel = given.mode;
  if (given.what === 'store') service.store = given.mode;
  if (given.what === 'loss') service.lose(given.how);
  if (given.what === 'start' && alive.length < 3) service.start(given.offset);
  if (given.what === 'freeze') service.freeze(given.minutes);
  if (given.what === 'end' && picked !== undefined) {
    if (given.how === 'kill') service.kill(picked);
    else await service.close(picked);
  }
  return isRemembered && !service.isRemembered;
}

interface Step {
  event: Event;
  minutes: number;
}

/** A replica that cannot reach the memory alerts by itself, and is killed. */
const ENDS_ALONE: Step[] = [
  { event: { what: 'store', mode: 'loses answers' }, minutes: 0 },
  { event: { what: 'traffic', pick: 0, ms: 9000 }, minutes: 1 },
  { event: { what: 'end', pick: 0, how: 'kill' }, minutes: 0 },
];

const RUNS = Number(process.env['SPANLINE_TOLD_RUNS'] ?? runs(5, 100));

describe('whatever happens to replicas, their memory and their channel', () => {
  it(
    'people come to know what holds, by one key, and never hear of an end without a start',
    async () => {
      let faults = 0;
      await fc.assert(
        fc
          .asyncProperty(
            fc.array(fc.record({ event, minutes: fc.nat(20) }), { maxLength: 14 }),
            fc.constantFrom(1, 3000, 9000),
            async (steps, last) => {
              service = new Service();
              service.start();
              service.start();
              let forgottenAt: number | undefined;
              for (const step of steps) {
                if (await happen(step.event)) forgottenAt = service.arrived.length;
                await service.pass(step.minutes);
              }
              faults += steps.filter(({ event: { what } }) => what !== 'traffic').length;
              service.store = service.channel = 'works';
              if (service.alive.length === 0) service.start();
              for (const replica of service.alive) replica.ms = last;
              await service.pass(150);
              const states = service.alive.map(({ world }) => world.monitor.alerts()[0]?.state ?? 'OK');
              expect(new Set(states)).toEqual(new Set([{ 1: 'OK', 3000: 'WARNING', 9000: 'ALERT' }[last]]));
              // Nobody can tell the end of what nobody knows of.
              const isForgotten = forgottenAt === service.arrived.length;
              if (!isForgotten) expect(service.known() === 'OK').toBe(last === 1);
              if (last === 9000) expect(service.known()).toBe('ALERT');
              expect(new Set(service.arrived.map(({ key }) => key)).size).toBeLessThanOrEqual(1);
              for (const [index, { event: what, at }] of service.arrived.entries()) {
                const before = service.arrived[index - 1];
                if (what === 'recovered' && before?.at !== at) expect(before?.state ?? 'OK').not.toBe('OK');
              }
            },
          )
          .afterEach(() => service.end()),
        { numRuns: RUNS, examples: [[ENDS_ALONE, 1]] },
      );
      expect(faults).toBeGreaterThan(RUNS);
    },
    Math.max(300_000, RUNS * 4000),
  );
});
