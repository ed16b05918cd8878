import { randomUUID } from 'node:crypto';
import { number, props } from '@spanline/record';
import type { Level } from './rule-state.ts';
import { combineVotes, parseVote, type Vote } from './votes.ts';

/** A replica is gone when it gave no sign of life for so many of its intervals. */
const MISSED_INTERVALS = 4;
const MAX_REPLICAS = 1000;
const MAX_VOTES = 5000;

/** Votes by key of the incident. */
export type Votes = ReadonlyMap<string, Vote>;

interface Replica {
  /** Rises with each sign of life; `-1` when the replica has left. */
  readonly beat: number;
  readonly everyMs: number;
  readonly votes: Votes;
}

/** Replicas as JSON. */
export type ReplicasJson = Record<
  string,
  { readonly beat: number; readonly everyMs: number; readonly votes: Readonly<Record<string, Vote>> }
>;

function readVotes(json: unknown): Votes {
  const entries = Object.entries(props(json)).slice(0, MAX_VOTES);
  return new Map(
    entries.flatMap(([key, one]) => {
      const vote = parseVote(one);
      return vote === undefined ? [] : [[key, vote] as const];
    }),
  );
}

/**
 * The replicas of a service, and what each sees. A replica lives as long as its number rises, so that the clocks of
 * hosts need not agree. Time is that of this replica, in which no step counts for more than two of its intervals: a
 * clock that jumps, or a process that stood still, declares nobody dead.
 */
export class Replicas {
  readonly own: string = randomUUID();
  readonly #everyMs: number;
  #beat = 0;
  #others = new Map<string, Replica>();
  /** Signs of life of replicas whose votes may be out of date. */
  #doubted: ReadonlyMap<string, number> = new Map();
  /** How long each has not given a sign of life. */
  readonly #silent = new Map<string, { readonly beat: number; ms: number }>();
  #at: number | undefined;
  #aheadMs = 0;

  /** @param everyMs - interval of this replica's signs of life */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** How far the common time is ahead of this replica's clock: it is that of the fastest clock so far. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /**
   * Loads the replicas that the shared memory knows.
   *
   * @param at - common time of the memory
   * @param hasLost - the memory may lack replicas that this one knows
   */
  load(json: unknown, at: number, now: number, hasLost: boolean): void {
    this.#aheadMs = Math.max(this.#aheadMs, at - now);
    const entries = Object.entries(props(json)).filter(([id]) => id !== this.own);
    const found = entries.slice(0, MAX_REPLICAS).map(([id, one]) => {
      const { beat, everyMs, votes } = props(one);
      return [id, { beat: number(beat) ?? 0, everyMs: number(everyMs) ?? 0, votes: readVotes(votes) }] as const;
    });
    this.#others = new Map([...(hasLost ? this.#others : []), ...found]);
  }

  /** Lets time pass: once for each sign of life of this replica. */
  tick(now: number): void {
    const passed = Math.min(Math.max(0, now - (this.#at ?? now)), 2 * this.#everyMs);
    this.#at = now;
    this.#beat++;
    for (const id of this.#silent.keys()) if (!this.#others.has(id)) this.#silent.delete(id);
    for (const [id, { beat }] of this.#others) {
      const before = this.#silent.get(id);
      if (before?.beat === beat) before.ms += passed;
      else this.#silent.set(id, { beat, ms: 0 });
    }
  }

  #isGone(id: string, { beat, everyMs }: Replica): boolean {
    const { ms = 0 } = this.#silent.get(id) ?? {};
    return beat < 0 || ms >= MISSED_INTERVALS * Math.max(everyMs, this.#everyMs);
  }

  /** Whether a replica is neither this one nor among those that live. */
  isGone(id: string | undefined): boolean {
    return id !== this.own && (id === undefined || !this.#others.has(id));
  }

  /** Removes the replicas that are gone. @returns what they saw last */
  bury(): Votes {
    const left = new Map<string, Vote>();
    for (const [id, replica] of this.#others) {
      if (!this.#isGone(id, replica)) continue;
      this.#others.delete(id);
      for (const [key, vote] of replica.votes) left.set(key, combineVotes([vote, left.get(key) ?? vote]) ?? vote);
    }
    return left;
  }

  /** Says that this replica does not hear of the others: until it does, each may see more than it did before. */
  doubt(): void {
    this.#doubted = new Map([...this.#others].map(([id, { beat }]) => [id, beat]));
  }

  /**
   * The view of the others of an incident; `undefined` if there are no others.
   *
   * @param level - the level that is known: one that is doubted may see as much
   */
  others(key: string, level: Level): Vote | undefined {
    const votes = [...this.#others].map(([id, replica]) => {
      const vote = replica.votes.get(key);
      return this.#doubted.get(id) === replica.beat ? combineVotes([{ level, isMissing: false }, vote]) : vote;
    });
    return combineVotes(votes);
  }

  /** @param isLeaving - this replica ends, and another one is to take over what it saw */
  toJSON(votes: Votes, isLeaving: boolean): ReplicasJson {
    const own: Replica = { beat: isLeaving ? -1 : this.#beat, everyMs: this.#everyMs, votes };
    return Object.fromEntries(
      [...this.#others, [this.own, own] as const].map(([id, replica]) => [
        id,
        { ...replica, votes: Object.fromEntries(replica.votes) },
      ]),
    );
  }
}
