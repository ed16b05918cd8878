import { AsyncResource } from 'node:async_hooks';
import { number, props } from '@spanline/record';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { History } from '../evaluation/history.ts';
import { noIncidents, readIncidents, writeIncidents } from '../evaluation/incidents-json.ts';
import { joinIncidents, type Known, newest } from '../evaluation/join-incidents.ts';
import type { ServiceIdentity } from '../evaluation/make-alert.ts';
import type { Replicas } from '../evaluation/replicas.ts';
import type { SharedMemory } from '../evaluation/shared-memory.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Journal } from './journal.ts';

const SOON_MS = 1000;

/** Parts of {@link SharedRounds}. */
export interface SharedRoundsParts {
  readonly memory: SharedMemory;
  readonly replicas: Replicas;
  readonly evaluator: Evaluator;
  readonly dispatcher: Dispatcher;
  readonly journal: Journal;
  /** Name of the memory: part of the incidents' keys. */
  readonly owner: string;
  /** The service, which an earlier process may have known before this one. */
  readonly identity: { service: string; environment: string | undefined; readonly instance: string };
  readonly clock: { now(): number };
  /** Evaluates the rules, and sends what follows. */
  readonly evaluate: (isLast: boolean) => Promise<void>;
  readonly warn: (message: string) => void;
}

/** Work of a round, beside saving what happened. */
interface Round {
  readonly isEvaluating?: boolean;
  /** No more records will come. */
  readonly isLast?: boolean;
  /** This process ends, and others take over. */
  readonly isLeaving?: boolean;
}

/** A round that waits for its turn. */
interface Queued extends Round {
  done: Promise<void>;
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    return props(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * Evaluates the rules of replicas that share their incidents. Each round is one step on the shared memory: it reads
 * what all know, adds what this replica sees, decides, saves, and only then sends. If another replica was faster, the
 * round is made again. Rounds of one process never overlap.
 */
export class SharedRounds {
  readonly #parts: SharedRoundsParts;
  /** Outside of the request whose record asked for a round. */
  readonly #outside = new AsyncResource('SpanlineRounds');
  #tail: Promise<void> = Promise.resolve();
  #next: Queued | undefined;
  readonly #history = new History();
  /** The shared memory does not know what this replica knows. */
  #isUnsaved = false;
  #soon: NodeJS.Timeout | undefined;
  #isAsked = false;

  constructor(parts: SharedRoundsParts) {
    this.#parts = parts;
  }

  /** Makes a round soon. One that waits already and does the same is enough. */
  run(round: Round = {}): Promise<void> {
    const next = this.#next;
    const isEnough = next?.isEvaluating === true || round.isEvaluating !== true;
    if (next !== undefined && isEnough && round.isLast !== true && round.isLeaving !== true) return next.done;
    const queued: Queued = { ...round, done: Promise.resolve() };
    const begin = (): Promise<void> => {
      if (this.#next === queued) this.#next = undefined;
      return this.#round(round);
    };
    queued.done = this.#outside.runInAsyncScope(() => this.#tail.then(begin));
    this.#next = queued;
    this.#tail = queued.done;
    return queued.done;
  }

  /** Evaluates within a second. A flood of events costs no more than one round a second. */
  soon(): void {
    if (this.#soon !== undefined) {
      this.#isAsked = true;
      return;
    }
    void this.run({ isEvaluating: true });
    const end = (): void => {
      this.#soon = undefined;
      if (this.#isAsked) void this.run({ isEvaluating: true });
      this.#isAsked = false;
    };
    this.#soon = setTimeout(end, SOON_MS).unref();
  }

  async #round(round: Round): Promise<void> {
    const { memory, replicas, evaluator, dispatcher, journal, clock, warn } = this.#parts;
    const known: Known = { states: evaluator.remember(), ledger: dispatcher.ledger.toJSON() };
    let saved: (() => void) | undefined;
    let isFirst = true;
    try {
      await memory.change({
        make: async (text) => {
          this.#load(text, known);
          if (isFirst) replicas.tick(clock.now());
          isFirst = false;
          evaluator.inherit(replicas.bury());
          await this.#decide(round);
          saved = journal.seal();
          return this.#write(round);
        },
        makeAlone: async () => {
          saved = undefined;
          replicas.doubt();
          if (journal.isOpen) return;
          journal.begin();
          await this.#decide(round);
        },
      });
    } catch (error) {
      saved = undefined;
      const message = error instanceof Error ? error.message : 'a value that is not an Error';
      warn(`the rules were not evaluated: ${message}`);
    }
    this.#isUnsaved = saved === undefined;
    if (saved === undefined) {
      journal.keep();
      return;
    }
    this.#history.keep();
    saved();
  }

  /** @param known - what this replica knew before it read the text */
  #load(text: string | undefined, known: Known): void {
    const { replicas, evaluator, dispatcher, journal, identity, clock, warn } = this.#parts;
    const json = parse(text);
    const incidents = json === undefined ? noIncidents() : readIncidents(json);
    if (incidents === undefined) warn('the shared memory of alerts does not hold the incidents of a monitor');
    const { service, environment, ...shared } = incidents ?? noIncidents();
    if (identity.service === '') {
      identity.service = service;
      identity.environment = environment;
    }
    const hasLost = !this.#history.follow(json ?? {});
    const { states, ledger } = hasLost ? joinIncidents(shared, known) : shared;
    replicas.load(json?.['replicas'], number(json?.['at']) ?? -Infinity, clock.now(), hasLost);
    evaluator.load(this.#isUnsaved ? newest(states, known.states) : states);
    dispatcher.ledger.load(ledger);
    journal.begin();
  }

  async #decide({ isEvaluating, isLast, isLeaving }: Round): Promise<void> {
    if (isLeaving === true) return;
    const { replicas, dispatcher, evaluate } = this.#parts;
    dispatcher.takeUp({
      isGone: (id) => replicas.isGone(id),
      isSeen: (key) => (replicas.others(key, 'OK')?.level ?? 'OK') !== 'OK',
    });
    if (isEvaluating === true) await evaluate(isLast === true);
  }

  #write({ isLeaving }: Round): string {
    const { replicas, evaluator, dispatcher, owner, identity, clock } = this.#parts;
    const { service, environment } = identity satisfies ServiceIdentity;
    const incidents = { owner, service, environment, states: evaluator.remember(), ledger: dispatcher.ledger };
    const at = clock.now() + replicas.aheadMs;
    const votes = replicas.toJSON(evaluator.votes(), isLeaving === true);
    return writeIncidents(incidents, { ...this.#history.next, at, replicas: votes });
  }
}
