/** A list for a page: it follows the source while the page is shown, and begins anew with each filter and order. */

import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { route, scope } from '../route.ts';
import type { List } from './list-state.ts';

/** Rows that are asked for before the page knows how many fit. */
const FIRST_ROWS = 60;

/** @returns the figures of the list, its number of rows, and the row that is selected */
export function useList<Row, Answer extends { readonly total: number }>(list: List<Row, Answer>) {
  const selected: Signal<number> = useSignal(0);
  const { order, group } = route.value.parameters;
  useEffect(list.follow, []);
  useEffect(() => {
    selected.value = 0;
    list.show(0, FIRST_ROWS);
  }, [JSON.stringify([scope(), order, group])]);
  void list.revision.value;
  const now = list.figures.value;
  return { selected, now, total: now?.total ?? 0 };
}
