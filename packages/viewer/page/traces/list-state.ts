/** A list of the server: windows of rows that were asked for, and its figures. */

import { type Signal, signal } from '@preact/signals';
import type { GroupRow, GroupsAnswer, ReadState, TraceRow, TracesAnswer } from '../../src/contract/index.ts';
import { ask, AskError, watch } from '../ask.ts';
import { route, scope } from '../route.ts';

/** Rows of one request. */
const WINDOW = 200;
/** Milliseconds until the list is asked for again, at least. */
const WAIT_MS = 50;
/** The same while lines are being read. */
const READING_MS = 250;

/** Whether lists follow the source while it grows. */
export const isLive = signal(true);

/** An answer with a window of rows. */
interface Windowed<Row> {
  readonly rows: readonly Row[];
  readonly offset: number;
  readonly total: number;
  readonly state: ReadState;
  readonly isStale?: true;
}

/** A list that is shown. */
export interface List<Row, Answer> {
  /** Everything about the list but its rows. */
  readonly figures: Signal<Omit<Answer, 'rows' | 'offset'> | undefined>;
  readonly fault: Signal<AskError | undefined>;
  /** Counts changes of the rows. */
  readonly revision: Signal<number>;
  /** The row at a place; `undefined` while it is on its way. */
  rowAt(index: number): Row | undefined;
  /** Rows that can be seen now. Those that are missing are asked for. */
  show(from: number, to: number): void;
  /** Follows the source. @returns a function that ends it */
  follow(): () => void;
}

/**
 * @param path - path of the API
 * @param own - parameters beside the filter and the time
 */
function createList<Row, Answer extends Windowed<Row>>(
  path: string,
  own: () => Readonly<Record<string, string>>,
): List<Row, Answer> {
  const figures = signal<Omit<Answer, 'rows' | 'offset'> | undefined>(undefined);
  const fault = signal<AskError | undefined>(undefined);
  const revision = signal(0);
  let windows = new Map<number, readonly Row[]>();
  let asked = new Set<number>();
  let key = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let visible: readonly [number, number] = [0, 50];

  const parameters = () => ({ ...scope(), ...own() });
  const keyOf = (): string => JSON.stringify(parameters());

  async function load(number: number): Promise<void> {
    const started = keyOf();
    asked.add(number);
    try {
      const answer = await ask<Answer>(path, { ...parameters(), offset: number * WINDOW, limit: WINDOW });
      if (started !== keyOf()) return;
      windows.set(number, answer.rows);
      fault.value = undefined;
      figures.value = answer;
      revision.value++;
      if (!answer.state.isComplete || (answer.isStale === true && isLive.value)) wait(READING_MS);
    } catch (error) {
      if (started === keyOf())
        fault.value = error instanceof AskError ? error : new AskError(0, { error: String(error) });
    } finally {
      asked.delete(number);
    }
  }

  /** Asks again for the rows that can be seen. */
  function refresh(): void {
    const first = Math.floor(visible[0] / WINDOW);
    const last = Math.floor(Math.max(visible[0], visible[1] - 1) / WINDOW);
    for (const number of windows.keys()) if (number < first || number > last) windows.delete(number);
    for (let number = first; number <= last; number++) {
      // An answer that is on its way may be older than the change.
      if (asked.has(number)) wait();
      else void load(number);
    }
  }

  /** Changes that come one after the other do not put it off. */
  function wait(ms = WAIT_MS): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      refresh();
    }, ms);
  }

  return {
    figures,
    fault,
    revision,
    rowAt: (index) => windows.get(Math.floor(index / WINDOW))?.[index % WINDOW],
    show(from, to) {
      visible = [from, to];
      if (keyOf() !== key) {
        key = keyOf();
        windows = new Map();
        asked = new Set();
      }
      const last = Math.floor(Math.max(from, to - 1) / WINDOW);
      for (let number = Math.floor(from / WINDOW); number <= last; number++)
        if (!windows.has(number) && !asked.has(number)) void load(number);
    },
    follow() {
      const unwatch = watch(() => {
        if (isLive.value) wait();
      });
      return () => {
        clearTimeout(timer);
        timer = undefined;
        unwatch();
      };
    },
  };
}

const order = (): string => route.value.parameters['order'] ?? '';

export const traces = createList<TraceRow, TracesAnswer>('traces', () => ({ order: order() }));
export const groups = createList<GroupRow, GroupsAnswer>('groups', () => ({
  order: order(),
  by: route.value.parameters['group'] ?? '',
}));
