import { copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runs } from '../../../test/support/effort.ts';
import { type Alert, type AlertRule, type Channel, ChannelError } from '../src/index.ts';
import { createWorld, MINUTE, NOON, type World } from './world.ts';

const SLOW: AlertRule = {
  name: 'Slow',
  metric: 'latency_p95_ms',
  threshold: 1000,
  comparison: 'gt',
  windowMinutes: 5,
  minSamples: 1,
};
const BAD: AlertRule = { ...SLOW, name: 'Bad', threshold: 4000, severity: 'critical', warningThreshold: 2000 };

const ROOT = mkdtempSync(join(tmpdir(), 'spanline-told-'));
afterAll(() => rm(ROOT, { recursive: true, force: true, maxRetries: 10 }));

/** `mute`: what is sent arrives, but there is no answer. `hang`: there is neither. */
type Mode = 'works' | 503 | 404 | 'hang' | 'mute';
type Place = 'slack' | 'pager';

/** A service that restarts, and the people behind its channels. */
class Town {
  readonly #folder = mkdtempSync(join(ROOT, 'town-'));
  readonly #modes: Record<Place, Mode> = { slack: 'works', pager: 'works' };
  readonly arrived: Record<Place, Alert[]> = { slack: [], pager: [] };
  readonly rules: AlertRule[];
  #process = 0;
  #isAlive = { value: true };
  #ms: number | undefined = 1;
  #hasPager = true;
  world: World;

  constructor(rules: AlertRule[]) {
    this.rules = rules;
    this.world = this.#start(NOON);
  }

  /** A dead process may still write to a file of its own. */
  get #incidents(): string {
    return join(this.#folder, String(this.#process), 'memory.json.incidents');
  }

  #start(start: number): World {
    const isAlive = { value: true };
    this.#isAlive = isAlive;
    const channel = (place: Place): Channel => ({
      send: (alerts) => {
        const mode = this.#modes[place];
        if (!isAlive.value) return new Promise(() => {});
        if (mode === 'works' || mode === 'mute') this.arrived[place].push(...alerts);
        if (mode === 'works') return Promise.resolve();
        if (mode === 'hang' || mode === 'mute') return new Promise(() => {});
        return Promise.reject(new ChannelError(`status ${mode}`, { isPermanent: mode === 404 }));
      },
    });
    return createWorld({
      start,
      rules: this.rules,
      memory: { file: join(this.#folder, String(this.#process), 'memory.json') },
      channels: { slack: channel('slack'), ...(this.#hasPager ? { pager: channel('pager') } : {}) },
      ...(this.#hasPager ? { routes: { critical: 'pager' } } : {}),
    });
  }

  set(place: Place, mode: Mode): void {
    this.#modes[place] = mode;
  }

  /** Requests of a duration from now on; none with `undefined`. */
  serve(ms: number | undefined): void {
    this.#ms = ms;
  }

  /** A quarter of a minute, up to its evaluation. */
  step(): void {
    if (this.#ms !== undefined) this.world.serve({ ms: this.#ms });
    this.world.pass(MINUTE / 4);
  }

  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      for (let quarter = 0; quarter < 4; quarter++) this.step();
      await vi.advanceTimersByTimeAsync(MINUTE);
    }
  }

  /** The next process has the channel, or has not. */
  configure(hasPager: boolean): void {
    this.#hasPager = hasPager;
  }

  /** The process ends at once, and another one starts with what is on the disk. */
  kill(downMinutes: number): void {
    this.#isAlive.value = false;
    vi.clearAllTimers();
    const before = this.#incidents;
    this.#process++;
    mkdirSync(dirname(this.#incidents));
    if (existsSync(before)) copyFileSync(before, this.#incidents);
    this.world = this.#start(this.world.now() + downMinutes * MINUTE);
  }

  async close(downMinutes: number): Promise<void> {
    const closed = this.world.monitor.close();
    await vi.advanceTimersByTimeAsync(MINUTE);
    await closed;
    this.kill(downMinutes);
  }

  freeze(minutes: number): void {
    this.world.setClock(this.world.now() + minutes * MINUTE);
  }

  events(place: Place): string[] {
    return this.arrived[place].map(({ name, event }) => `${name} ${event}`);
  }

  /** What the people behind a channel know of a rule. */
  known(place: Place, name: string): string {
    return this.arrived[place].findLast((alert) => alert.name === name)?.state ?? 'OK';
  }

  state(name: string): string {
    return this.world.monitor.alerts().find(({ rule }) => rule === name)?.state ?? 'OK';
  }

  end(): void {
    this.#isAlive.value = false;
    vi.clearAllTimers();
  }
}

let town: Town;
beforeEach(() => void vi.useFakeTimers({ now: NOON }));
afterEach(() => {
  town.end();
  vi.useRealTimers();
});

describe('people', () => {
  it.each<[Mode]>([[503], [404], ['hang']])('are told after a restart if the channel was down (%s)', async (mode) => {
    town = new Town([SLOW]);
    town.set('slack', mode);
    town.serve(5000);
    await town.pass(3);
    await town.close(1);
    town.set('slack', 'works');
    await town.pass(2);
    expect(town.arrived.slack).toHaveLength(1);
    expect(town.known('slack', 'Slow')).toBe('WARNING');
    expect(town.arrived.slack[0]?.message).toMatch(/^Slow(?: for \d+ min)?: latency_p95_ms is [\d,]+ /);
    town.serve(1);
    await town.pass(30);
    expect(town.events('slack').slice(1)).toEqual(['Slow recovered']);
  });

  it.each<[Mode, minutes: number]>([
    [404, 200],
    [503, 150],
  ])('are told what holds by then when a channel (%s) works again after %i minutes', async (mode, minutes) => {
    town = new Town([SLOW]);
    town.set('slack', mode);
    town.serve(5000);
    await town.pass(minutes);
    expect(town.events('slack')).toEqual([]);
    town.set('slack', 'works');
    await town.pass(65);
    expect(town.events('slack')).toEqual(['Slow repeated']);
    const lines = town.world.alertLines().map((line) => line['spanline.alert.event']);
    expect(lines).toEqual(['fired']);
  });

  it('hear nothing of an incident that did not reach them and is over', async () => {
    town = new Town([BAD]);
    town.set('slack', 404);
    town.serve(5000);
    await town.pass(5);
    town.serve(1);
    await town.pass(30);
    town.set('slack', 'works');
    await town.pass(120);
    expect(town.events('slack')).toEqual([]);
    expect(town.events('pager')).toEqual(['Bad fired', 'Bad recovered']);
  });

  it('are told the end of what a killed process began', async () => {
    town = new Town([BAD]);
    town.serve(5000);
    await town.pass(2);
    expect(town.events('pager')).toEqual(['Bad fired']);
    town.kill(1);
    town.serve(1);
    await town.pass(30);
    expect(town.events('pager')).toEqual(['Bad fired', 'Bad recovered']);
    expect(new Set(town.arrived.pager.map(({ key }) => key)).size).toBe(1);
  });

  it('are told the end if the process was killed before it knew that the start had arrived', async () => {
    town = new Town([{ ...SLOW, recoverAfterMinutes: 0 }]);
    town.set('slack', 'mute');
    town.serve(5000);
    await town.pass(1);
    town.kill(60);
    town.set('slack', 'works');
    town.serve(1);
    await town.pass(1);
    const events = town.events('slack');
    expect(events.pop()).toBe('Slow recovered');
    expect(new Set(events)).toEqual(new Set(['Slow fired']));
  });

  it('are told the end of an incident whose rule is gone', async () => {
    town = new Town([SLOW]);
    town.serve(5000);
    await town.pass(2);
    town.rules.splice(0, 1, BAD);
    town.kill(1);
    town.serve(1);
    await town.pass(1);
    expect(town.events('slack')).toEqual(['Slow fired', 'Slow recovered']);
    expect(town.arrived.slack.at(-1)?.message).toBe('Slow has ended: the rule is no longer there');
  });

  it('are told the end if the window of the rule was changed', async () => {
    town = new Town([SLOW]);
    town.serve(5000);
    await town.pass(2);
    town.rules.splice(0, 1, { ...SLOW, windowMinutes: 2 });
    town.kill(1);
    town.serve(1);
    await town.pass(12);
    expect(town.events('slack')).toEqual(['Slow fired', 'Slow recovered']);
  });
});

/** `amid`: right after an evaluation, before anything that follows from it. */
type End = 'kill' | 'kill amid' | 'close';
type Event =
  | { what: 'traffic'; ms: number | undefined; minutes: number }
  | { what: 'channel'; place: Place; mode: Mode; minutes: number }
  | { what: 'end'; how: End; downMinutes: number; hasPager: boolean }
  | { what: 'freeze'; minutes: number };

const minutes = fc.integer({ min: 0, max: 45 });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    what: fc.constant('traffic' as const),
    ms: fc.constantFrom(undefined, 1, 1500, 3000, 9000),
    minutes,
  }),
  fc.record({
    what: fc.constant('channel' as const),
    place: fc.constantFrom<Place>('slack', 'pager'),
    mode: fc.constantFrom<Mode>('works', 503, 404, 'hang', 'mute'),
    minutes,
  }),
  fc.record({
    what: fc.constant('end' as const),
    how: fc.constantFrom<End>('kill', 'kill amid', 'close'),
    downMinutes: fc.constantFrom(0, 1, 90),
    hasPager: fc.constantFrom(true, true, false),
  }),
  fc.record({ what: fc.constant('freeze' as const), minutes: fc.constantFrom(1, 20, 90, -3) }),
);

async function happen(given: Event): Promise<void> {
  if (given.what === 'freeze') town.freeze(given.minutes);
  else if (given.what === 'end') {
    town.configure(given.hasPager);
    if (given.how === 'kill amid') town.step();
    await (given.how === 'close' ? town.close(given.downMinutes) : town.kill(given.downMinutes));
  } else {
    if (given.what === 'traffic') town.serve(given.ms);
    else town.set(given.place, given.mode);
    await town.pass(given.minutes);
  }
}

/** No end without a start, but for a message that is sent again because nobody confirmed it; one key for each rule. */
function checkStories(place: Place): void {
  const last = new Map<string, Alert>();
  for (const alert of town.arrived[place]) {
    const before = last.get(alert.name);
    if (alert.event === 'recovered' && before?.at !== alert.at) expect(before?.state ?? 'OK').not.toBe('OK');
    last.set(alert.name, alert);
  }
  for (const { name } of town.rules) {
    const keys = town.arrived[place].filter((alert) => alert.name === name).map(({ key }) => key);
    expect(new Set(keys).size).toBeLessThanOrEqual(1);
  }
}

const RUNS = Number(process.env['SPANLINE_TOLD_RUNS'] ?? runs(10, 400));

/** The kind of fault that an event is; `undefined` for requests. */
function faultOf(given: Event): string | undefined {
  if (given.what === 'channel') return `channel ${given.mode}`;
  if (given.what === 'freeze') return given.minutes < 0 ? 'clock set back' : 'frozen';
  if (given.what === 'end') return given.hasPager ? given.how : `${given.how}, a channel is gone`;
  return undefined;
}

describe('whatever happens to the process, the clock and the channels', () => {
  it(
    'people come to know what holds, and never hear of the end of what they did not hear of',
    async () => {
      const faults = new Map<string, number>();
      await fc.assert(
        fc
          .asyncProperty(
            fc.array(event, { maxLength: 14 }),
            fc.constantFrom(undefined, 1, 3000, 9000),
            async (events, last) => {
              town = new Town([SLOW, BAD]);
              for (const given of events) await happen(given);
              for (const given of events) {
                const fault = faultOf(given);
                if (fault !== undefined) faults.set(fault, (faults.get(fault) ?? 0) + 1);
              }
              town.configure(true);
              await town.close(1);
              town.set('slack', 'works');
              town.set('pager', 'works');
              town.serve(last);
              await town.pass(180);
              for (const place of ['slack', 'pager'] as const) checkStories(place);
              for (const { name } of town.rules) {
                const state = town.state(name);
                expect([name, town.known('slack', name) === 'OK']).toEqual([name, state === 'OK']);
                if (state === 'ALERT') expect(town.known('slack', name)).toBe('ALERT');
              }
              const bad = town.state('Bad');
              if (bad !== 'WARNING') expect(town.known('pager', 'Bad')).toBe(bad);
              expect(town.events('pager').filter((text) => text.startsWith('Slow'))).toEqual([]);
            },
          )
          .afterEach(() => town.end()),
        { numRuns: RUNS },
      );
      expect([...faults.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(RUNS);
      if (process.env['SPANLINE_TOLD_RUNS'] !== undefined) console.log(RUNS, 'cases', Object.fromEntries(faults));
    },
    Math.max(300_000, RUNS * 2000),
  );
});
