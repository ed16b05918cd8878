/** A log that another program writes and rotates, a shipper that may be killed, and two targets. */

import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '@spanline/ship';
import { type Engine, startEngine } from '../../src/engine/engine.ts';
import { discoverFiles } from '../../src/reading/file-discovery.ts';
import { temporaryFolder } from './folder.ts';
import { createForeignLog, createLinkedLog } from './foreign-log.ts';
import { type Life, startLife } from './machine.ts';

const TARGETS = ['first', 'second'] as const;
type TargetName = (typeof TARGETS)[number];

/** What may happen between two steps of the shipper. */
export const EVENTS = [
  'write',
  'write half a line',
  'write behind the link',
  'rename',
  'compress',
  'copy and cut',
  'copy and delete',
  'delete and begin anew',
  'move the link',
  'target down or up',
  'kill',
] as const;
export type StepEvent = (typeof EVENTS)[number];

/** An event, and the number of steps that the shipper makes before it. */
export interface Planned {
  readonly after: number;
  readonly event: StepEvent;
}

/** Steps before an event that comes earlier if the shipper is dead. */
const SOON = 40;

/** What the targets have and must have. */
export interface Outcome {
  /** Lines that a target has not got: its name and their numbers. */
  readonly lost: readonly string[];
  /** Lines that a target has under two ids. */
  readonly repeated: readonly string[];
  /** Damage that the shippers have reported. */
  readonly reports: readonly string[];
}

/** A world that changes between the steps of a shipper, by a plan. */
export class StepWorld {
  private readonly state = join(temporaryFolder(), 'state');
  private readonly log = createForeignLog(temporaryFolder());
  private readonly linked = createLinkedLog(temporaryFolder());
  /** Texts by id, as each target has them. */
  private readonly stored: Record<TargetName, Map<string, number>> = { first: new Map(), second: new Map() };
  /** Whether the second target is down. */
  private isDown = false;
  private next = 0;
  private readonly written = new Set<number>();
  /** Lines whose loss is allowed: of files that nobody had noted when they went, and cut ones. */
  private readonly forgiven = new Set<number>();
  private readonly reports: Report[] = [];
  /** Steps and events, in order. */
  readonly trace: string[] = [];
  /** How often each event has happened. */
  readonly done = new Map<StepEvent, number>();
  steps = 0;
  private life: Life | undefined;
  private lives = 0;
  private engine: Engine | undefined;
  private plan: Planned[];

  constructor(plan: readonly Planned[]) {
    this.plan = [...plan];
    this.log.write(this.numbers(3), undefined);
    this.linked.write(this.numbers(2));
    this.noteWritten();
  }

  private numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.next++);
  }

  private noteWritten(): void {
    for (const n of [...this.log.numbers(), ...this.linked.numbers()]) this.written.add(n);
  }

  private before(step: string): void {
    this.steps++;
    this.trace.push(step);
    const [planned] = this.plan;
    if (planned === undefined) return;
    if (planned.after === 0) this.happenNext();
    else this.plan[0] = { ...planned, after: planned.after - 1 };
  }

  private happenNext(): void {
    const event = this.plan.shift()?.event;
    if (event === undefined) return;
    const isDone = this.happen(event);
    this.trace.push(`*** ${event}${isDone ? '' : ' (not done)'}`);
    if (isDone) this.done.set(event, (this.done.get(event) ?? 0) + 1);
  }

  /** Events that would come soon come while nobody ships. */
  private rest(): void {
    for (let [next] = this.plan; next !== undefined && next.after < SOON && next.event !== 'kill'; [next] = this.plan) {
      this.happenNext();
    }
  }

  /** Whether there are lines in the file that is written, all of them whole, and both targets have them. */
  private isRead(): boolean {
    const lines = this.log.current(false);
    if (lines.length === 0 || lines.length < this.log.current(true).length) return false;
    const known = TARGETS.map((target) => new Set(this.stored[target].values()));
    return lines.every((n) => known.every((have) => have.has(n)));
  }

  /**
   * A file goes from its path. Nobody can know it again if nobody has noted it, or if it is only there as a copy, and
   * less than a line of it was seen since it was begun.
   */
  private forgive(isCopied: boolean): void {
    const isKnown = isCopied ? this.log.isWellKnownTo(this.state) : this.log.isNotedIn(this.state);
    if (!isKnown) for (const n of this.log.current(true)) this.forgiven.add(n);
  }

  /** @returns false if it cannot happen now */
  private happen(event: StepEvent): boolean {
    if (event === 'kill') this.life?.kill();
    else if (event === 'target down or up') this.isDown = !this.isDown;
    else if (event === 'write') this.log.write(this.numbers(2), undefined);
    else if (event === 'write half a line') this.log.write(this.numbers(1), this.next++);
    else if (event === 'write behind the link') this.linked.write(this.numbers(1));
    else if (event === 'move the link') {
      if (!this.linked.isNotedIn(this.state)) for (const n of this.linked.current()) this.forgiven.add(n);
      this.linked.retarget();
    } else if (event === 'delete and begin anew') {
      if (!this.isRead()) return false;
      this.log.recreate(this.numbers(2));
    } else {
      this.forgive(event !== 'rename' && this.life?.isDead === false);
      if (event === 'rename') this.log.rename();
      if (event === 'compress') this.log.compress();
      const cut =
        event === 'copy and cut'
          ? this.log.copyAndCut()
          : event === 'copy and delete'
            ? this.log.copyAndDelete()
            : undefined;
      if (cut !== undefined) this.forgiven.add(cut);
    }
    this.noteWritten();
    return true;
  }

  /** A lock that was begun and not written is void after a second. It passes while nobody ships. */
  private waitForLocks(): void {
    if (!existsSync(this.state)) return;
    for (const name of readdirSync(this.state, { recursive: true, encoding: 'utf8' })) {
      const path = join(this.state, name);
      if (basename(name).startsWith('lock-') && statSync(path).size === 0) rmSync(path);
    }
  }

  private start(): void {
    this.waitForLocks();
    // After a kill, another host goes on with the same folders.
    const life = startLife(`host-${this.lives++ % 2}`, (step) => this.before(step));
    this.life = life;
    this.trace.push(`=== start on ${life.host}`);
    life.run(() => {
      this.engine = startEngine({
        root: this.state,
        from: [discoverFiles({ patterns: [this.log.path, this.linked.path], state: this.state, isFinal: false })],
        sinks: TARGETS.map((name) => ({
          name,
          sink: {
            limits: { bytes: 2000, entries: 3, lingerMs: 1, concurrency: 2 },
            encode: ({ bytes }) => ({ kind: 'entry', parts: [bytes] }),
            send: async ({ entries }) => {
              await sleep(0);
              if (!life.step(`send to ${name}`)) return new Promise(() => {});
              if (this.isDown && name === 'second') return { kind: 'retry', reason: 'down' };
              for (const { source, offset, line } of entries) {
                const n = Number(/^\{"n":(\d+),.*\}$/.exec(line)?.[1] ?? -1);
                this.stored[name].set(`${source}:${offset}`, n);
              }
              const ids = entries.map(({ line, source, offset }) => `${line.slice(0, 9)}@${source}:${offset}`);
              this.trace.push(`${name} has ${ids.join(' ')}`);
              return life.step(`answer of ${name}`) ? { kind: 'stored' } : new Promise(() => {});
            },
          },
        })),
        owner: 'the only one',
        report: (report) => {
          if (life.isDead) return;
          this.reports.push(report);
          this.trace.push(`report: ${report.message}`);
        },
        timing: { minMs: 1, maxMs: 2, pauseMs: 2 },
        pollMs: 1,
        scanMs: 5,
        saveMs: 2,
      });
    });
  }

  private async end(): Promise<void> {
    const { engine } = this;
    this.engine = undefined;
    await this.life?.run(() => engine?.stop(this.life?.isDead === true ? 0 : 500).catch(() => {}));
  }

  /** Runs the plan, with a new life after each kill. */
  async run(): Promise<void> {
    for (const until = performance.now() + 20_000; this.plan.length > 0 && performance.now() < until;) {
      this.start();
      while (this.plan.length > 0 && this.life?.isDead === false && performance.now() < until) await sleep(1);
      if (this.life?.isDead !== true) break;
      await this.end();
      this.rest();
    }
  }

  /** What is there in the end, when everything can be read and stored. */
  async settle(): Promise<Outcome> {
    this.plan = [];
    this.isDown = false;
    if (this.life?.isDead !== false) this.start();
    this.trace.push('=== settle');
    this.log.write(this.numbers(1), undefined);
    this.linked.write(this.numbers(1));
    this.noteWritten();
    await this.life?.run(() => this.engine?.drain());
    await this.end();
    const lost: string[] = [];
    const repeated: string[] = [];
    for (const target of TARGETS) {
      const all = [...this.stored[target].values()].filter((n) => n >= 0);
      const known = new Set(all);
      for (const n of this.written) if (!known.has(n) && !this.forgiven.has(n)) lost.push(`${target} ${n}`);
      for (const n of known) if (all.filter((other) => other === n).length > 1) repeated.push(`${target} ${n}`);
    }
    return {
      lost,
      repeated,
      reports: this.reports.filter(({ what }) => what === 'damaged').map(({ message }) => message),
    };
  }

  /** Number of lines that were written. */
  get lines(): number {
    return this.written.size;
  }
}
