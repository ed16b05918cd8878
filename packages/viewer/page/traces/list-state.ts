/** The list of traces: windows of rows that were asked for, and its figures. */

import { signal } from '@preact/signals';
import type { TraceRow, TracesAnswer } from '../../src/contract.ts';
import { ask, AskError, watch } from '../ask.ts';
import { route, scope } from '../route.ts';

/** Rows of one request. */
const WINDOW = 200;
/** Milliseconds until the list is asked for again while lines are being read. */
const WAIT_MS = 250;

/** Everything about the list but its rows. */
export type ListFigures = Omit<TracesAnswer, 'rows' | 'offset'>;

export const figures = signal<ListFigures | undefined>(undefined);
export const fault = signal<AskError | undefined>(undefined);
/** Counts changes of the rows. */
export const revision = signal(0);
export const isLive = signal(true);

let windows = new Map<number, readonly TraceRow[]>();
let asked = new Set<number>();
let key = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let visible: readonly [number, number] = [0, 50];

const keyOf = (): string => JSON.stringify([scope(), route.value.parameters['order'] ?? '']);

/** The row at a place; `undefined` while it is on its way. */
export function rowAt(index: number): TraceRow | undefined {
  return windows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
}

async function load(number: number): Promise<void> {
  const started = keyOf();
  asked.add(number);
  try {
    const parameters = {
      ...scope(),
      order: route.value.parameters['order'] ?? '',
      offset: number * WINDOW,
      limit: WINDOW,
    };
    const { rows, offset: _offset, ...rest } = await ask<TracesAnswer>('traces', parameters);
    if (started !== keyOf()) return;
    windows.set(number, rows);
    fault.value = undefined;
    figures.value = rest;
    revision.value++;
    if (!rest.state.isComplete || (rest.isStale === true && isLive.value)) wait();
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
  for (let number = first; number <= last; number++) if (!asked.has(number)) void load(number);
}

function wait(): void {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT_MS);
}

/** Rows that can be seen now. Those that are missing are asked for. */
export function show(from: number, to: number): void {
  visible = [from, to];
  if (keyOf() !== key) {
    key = keyOf();
    windows = new Map();
    asked = new Set();
  }
  const last = Math.floor(Math.max(from, to - 1) / WINDOW);
  for (let number = Math.floor(from / WINDOW); number <= last; number++)
    if (!windows.has(number) && !asked.has(number)) void load(number);
}

/** Follows the source while it grows. */
export function follow(): () => void {
  return watch(() => {
    if (isLive.value) wait();
  });
}
