/** One answer at the gate: its texts, the guards that watch them, and the one that stopped it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import type { Engine } from '../guards/engine.ts';
import type { GuardError, GuardFailure, GuardReason, GuardStage } from '../guards/guard-error.ts';
import type { Role } from '../guards/guard.ts';
import { type InContext, Watch } from '../guards/watch.ts';
import { type MatchContext, Verdicts } from '../rules/index.ts';
import { Channel, type ChannelEvents, type TextKind } from './channel.ts';

/** The guard that stopped an answer. */
export interface Stop {
  readonly error: GuardError;
  /** The text that the application gets instead of the error. */
  readonly replacement: string | undefined;
}

/** The guards of one answer, from its first piece to its end. */
export class Answer {
  readonly maxHeld: number;
  readonly #watches: readonly Watch[];
  readonly #channels = new Map<string, Channel>();
  readonly #aborter = new AbortController();
  readonly #context: MatchContext;
  readonly #unmapped = new Set<string>();
  #stop: Stop | undefined;
  #isClosed = false;
  #wake: () => void = () => undefined;
  readonly #stopped = new Promise<void>((resolve) => (this.#wake = resolve));

  /** @param stage - inputs and results of tools are read by the guards of inputs, the rest by those of answers */
  constructor(engine: Engine, stage: GuardStage) {
    const inContext = AsyncLocalStorage.snapshot() as InContext;
    const guards = stage === 'input' || stage === 'tool_result' ? engine.inputs : engine.outputs;
    this.maxHeld = engine.maxHeld;
    const { signal } = this.#aborter;
    // Each judge of each text listens.
    setMaxListeners(0, signal);
    const verdicts = new Verdicts();
    this.#context = {
      signal,
      judgeOnce: (rule, text, judge) => verdicts.of(rule, text, judge),
      unjudged: () => void engine.stats.unjudged++,
    };
    this.#watches = guards.map((guard) => new Watch(engine, guard, stage, inContext));
  }

  /** The guard that stopped the answer. */
  get stop(): Stop | undefined {
    return this.#stop;
  }

  /** All guards have failed open: nothing waits for a verdict. */
  get isOff(): boolean {
    return this.#watches.every((watch) => watch.isOff);
  }

  channel(key: string, kind: TextKind): Channel {
    let channel = this.#channels.get(key);
    if (channel === undefined) this.#channels.set(key, (channel = this.#create(kind)));
    return channel;
  }

  /** Adds text to a channel. A text that has ended and goes on is in no form that is known. */
  push(key: string, kind: TextKind, text: string): void | Promise<void> {
    if (text === '') return;
    const channel = this.channel(key, kind);
    if (channel.isEnded) {
      this.unmapped(`${key} after its end`);
      const next = this.#create(kind);
      this.#channels.set(key, next);
      return this.#unlessStopped(next.push(text));
    }
    return this.#unlessStopped(channel.push(text));
  }

  /** The text of a channel is complete; without a key, all are. */
  end(key?: string): void | Promise<void> {
    const ending = key === undefined ? [...this.#channels.values()] : [this.#channels.get(key)];
    const waiting = ending.map((channel) => channel?.end()).filter((each) => each !== undefined);
    return waiting.length === 0 ? undefined : this.#unlessStopped(Promise.all(waiting).then(() => undefined));
  }

  /** A text that is complete from the start, such as one that an answer repeats. @returns it with its replacements */
  async whole(kind: TextKind, text: string, role?: Role): Promise<string> {
    if (text === '') return text;
    const watches =
      role === undefined ? this.#watches : this.#watches.filter(({ guard }) => guard.roles.includes(role));
    const channel = this.#create(kind, watches);
    await this.#unlessStopped(channel.push(text));
    await this.#unlessStopped(channel.end());
    return channel.written(text, 0);
  }

  /** A field that is not known has text. */
  unmapped(path: string): void {
    if (this.#unmapped.has(path)) return;
    this.#unmapped.add(path);
    this.#fail('unmapped', `the field ${path} is not known`);
  }

  /** More would have to be held back than is allowed, because of some of the guards or of all. */
  tooLong(watches: ReadonlySet<Watch> | undefined): void {
    this.#fail('too_long', `more than ${this.maxHeld} characters wait for a verdict`, watches ?? this.#watches);
  }

  /** The answer could not be read. */
  unreadable(error: unknown): void {
    this.#fail('exception', error);
  }

  /** The answer is complete, and left. */
  done(): void {
    this.#close((watch) => watch.pass());
  }

  /** Nobody waits for the answer any more. */
  abort(): void {
    this.#close((watch) => watch.abort());
  }

  #close(end: (watch: Watch) => void): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const watch of this.#watches) end(watch);
    this.#aborter.abort();
  }

  #create(kind: TextKind, watches = this.#watches): Channel {
    const events: ChannelEvents = {
      tripped: (watch) => this.#stopBy(watch, 'found'),
      failed: (watch, kindOfFailure, rule, error) => {
        if (watch.failed(kindOfFailure, rule, error)) this.#stopBy(watch, kindOfFailure, error);
      },
    };
    return new Channel({ kind, watches, context: this.#context, events });
  }

  #fail(kind: GuardFailure, reason: unknown, watches: Iterable<Watch> = this.#watches): void {
    for (const watch of watches) {
      if (watch.failed(kind, kind, reason)) this.#stopBy(watch, kind, reason instanceof Error ? reason : undefined);
    }
  }

  /** The first guard that stops the answer counts. The others need no verdict any more. */
  #stopBy(watch: Watch, reason: GuardReason, cause?: unknown): void {
    if (this.#stop !== undefined || this.#isClosed) return;
    this.#stop = { error: watch.stop(reason, cause), replacement: watch.guard.replacement };
    this.#close((other) => {
      if (other !== watch) other.abort();
    });
    this.#wake();
  }

  /** Does not wait for verdicts that no longer count. */
  #unlessStopped(waiting: void | Promise<void>): void | Promise<void> {
    return waiting === undefined ? undefined : Promise.race([waiting, this.#stopped]);
  }
}
