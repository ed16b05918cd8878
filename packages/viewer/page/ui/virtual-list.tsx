/**
 * A list that draws only the rows that can be seen. Rows have one height. The list is one stop of the Tab key; arrows,
 * Page Up and Down, Home and End move the selection.
 */

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { drawnHeight, movedTo, type Position, scrolled } from './scroll.ts';

/** Rows above and below those that can be seen, once the list was scrolled. */
const MARGIN = 8;
/** Height of a list that was not laid out yet, as a share of its window. */
const LIKELY_SHARE = 0.75;

export interface VirtualListProps {
  readonly id: string;
  /** Name for screen readers. */
  readonly label: string;
  readonly role: 'grid' | 'tree';
  readonly count: number;
  readonly rowHeight: number;
  readonly selected: number;
  readonly onSelect: (index: number) => void;
  readonly onOpen?: (index: number) => void;
  /** Further keys. @returns true if the key was used */
  readonly onKey?: (key: string, index: number) => boolean;
  /** Rows that are drawn now: the first and the one after the last. */
  readonly onWindow?: (from: number, to: number) => void;
  /** One row. It must have the id `rowId(id, index)`. */
  readonly row: (index: number) => ComponentChildren;
  /** A line above the rows, which scrolls sideways with them. */
  readonly head?: ComponentChildren;
}

/** The id of a row's element. */
export const rowId = (list: string, index: number): string => `${list}-${index}`;

function moved(key: string, index: number, count: number, page: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    j: index + 1,
    ArrowUp: index - 1,
    k: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  };
  const next = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}

export function VirtualList(props: VirtualListProps) {
  const { id, label, role, count, rowHeight, selected, onSelect, onOpen, onKey, onWindow, row, head } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<Position>({ top: 0, scrollTop: 0 });
  const now = useRef(position);
  /** Rows that fit. */
  const [room, setRoom] = useState(() => Math.ceil((globalThis.innerHeight * LIKELY_SHARE) / rowHeight));
  const isLaidOut = useRef(false);

  const whole = count * rowHeight;
  const extentsOf = ({ scrollHeight, clientHeight }: HTMLElement) => ({
    most: scrollHeight - clientHeight,
    hidden: whole - drawnHeight(whole),
    view: clientHeight,
  });
  const place = (element: HTMLElement, next: Position): void => {
    if (next.scrollTop !== element.scrollTop) element.scrollTop = next.scrollTop;
    // The element rounds the position.
    now.current = { top: next.top, scrollTop: element.scrollTop };
    setPosition(now.current);
  };

  const { top } = position;
  const first = Math.floor(top / rowHeight);
  const from = Math.max(0, first - MARGIN);
  // The first picture has no more rows than can be seen.
  const to = Math.min(count, first + room + (top > 0 ? MARGIN : 0));
  useEffect(() => onWindow?.(from, to), [from, to, count]);

  /** Brings the selected row into view. */
  const reveal = (): void => {
    const element = scroller.current;
    if (element === null || !isLaidOut.current || selected < 0 || selected >= count) return;
    const at = selected * rowHeight;
    const { top: start } = now.current;
    const last = start + element.clientHeight - rowHeight;
    if (at < start) place(element, movedTo(at, extentsOf(element)));
    else if (at + rowHeight > last)
      place(element, movedTo(at + 2 * rowHeight - element.clientHeight, extentsOf(element)));
  };
  useLayoutEffect(reveal, [selected]);
  const latest = useRef(reveal);
  latest.current = reveal;

  // The observer is called within a frame, after its layout. To ask the element before that costs one more layout.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      const fitting = Math.ceil(element.clientHeight / rowHeight);
      setRoom((known) => Math.max(known, fitting));
      if (isLaidOut.current) return;
      isLaidOut.current = true;
      // The keyboard works at once, without a click.
      if (document.activeElement === document.body) element.focus({ preventScroll: true });
      latest.current();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2;
    const next = moved(event.key, selected, count, Math.max(1, page));
    if (next !== undefined) onSelect(next);
    else if (event.key === 'Enter' && onOpen !== undefined) onOpen(selected);
    else if (onKey?.(event.key, selected) !== true) return;
    event.preventDefault();
  };

  const rows: ComponentChildren[] = [];
  for (let index = from; index < to; index++) rows.push(row(index));
  return (
    <div
      class="list"
      id={id}
      ref={scroller}
      role={role}
      aria-label={label}
      aria-rowcount={role === 'grid' ? count + 1 : undefined}
      aria-activedescendant={selected >= from && selected < to ? rowId(id, selected) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget: element }) => {
        if (element.scrollTop === now.current.scrollTop) return;
        place(element, scrolled(now.current, element.scrollTop, extentsOf(element)));
      }}
    >
      {head}
      <div
        class="list-space"
        role={role === 'grid' ? 'rowgroup' : 'none'}
        style={{ height: `${drawnHeight(whole)}px` }}
      >
        <div
          class="list-rows"
          role="none"
          style={{ transform: `translateY(${from * rowHeight - top + position.scrollTop}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  );
}
