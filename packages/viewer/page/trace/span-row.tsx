/** One row of the waterfall. */

import type { SpanRow } from '../../src/contract/index.ts';
import { formatBill, formatDuration, formatTokens } from '../format.ts';
import { route } from '../route.ts';
import { rowId } from '../ui/virtual-list.tsx';
import { placeOf, type Range } from './axis.ts';
import type { Row } from './rows.ts';

/** Levels that are indented; deeper ones stay at this indentation. */
const MAX_INDENT = 24;
const INDENT = 14;
/** Width of the sign of a row that can be opened, and of the gap behind it. */
const CARET = 18;
/** A lane of a narrower page has less room for words. */
const NARROW = 760;

/** How much room a lane has for words. A page beside a span has half of the window. */
export function laneSize(): 'wide' | 'halved' | 'narrow' {
  if (globalThis.innerWidth < NARROW) return 'narrow';
  return route.value.parameters['span'] ? 'halved' : 'wide';
}

/** Percent of the lane that the duration of a span may take. */
const LABEL_ROOM = { wide: 14, halved: 26, narrow: 34 };

export interface RowProps {
  readonly index: number;
  readonly row: Row;
  readonly range: Range;
  readonly isSelected: boolean;
  readonly isCollapsed: boolean;
  readonly isFaint: boolean;
  readonly isSlowest: boolean;
  readonly isCostliest: boolean;
  readonly onSelect: (index: number) => void;
  readonly onToggle: (row: Row) => void;
}

/** A row that cannot be opened has the room of the sign, and no element for it: most rows are such. */
const indent = (depth: number, canOpen: boolean) => ({
  paddingLeft: `${Math.min(depth, MAX_INDENT) * INDENT + (canOpen ? 6 : 6 + CARET)}px`,
});

/** A bar; the time until the first token is lighter. */
function Bar({ span, range }: { readonly span: SpanRow; readonly range: Range }) {
  const { left, width } = placeOf(span.fromMs, span.durationMs, range);
  const label = formatDuration(span.durationMs);
  const end = left + width;
  // Behind the bar, before it, or in it: where there is room.
  const room = LABEL_ROOM[laneSize()];
  const [place, style] =
    end < 100 - room
      ? ['', { left: `calc(${end}% + 6px)` }]
      : left > room
        ? ['', { right: `calc(${100 - left}% + 2px)` }]
        : ['inside', { right: `calc(${100 - end}% + 6px)` }];
  const first = span.ttftMs === undefined ? undefined : placeOf(span.fromMs, span.ttftMs, range);
  return (
    <div class="lane">
      <div
        class={`span-bar t-${span.type}${span.status === 'error' ? ' error' : ''}${span.isCritical === true ? ' critical' : ''}`}
        style={{ left: `${left}%`, width: `max(2px, ${width}%)` }}
      >
        {first !== undefined && width > 0 && (
          <span class="first" style={{ width: `${(first.width / width) * 100}%` }} />
        )}
      </div>
      <span class={`bar-label ${place}`} style={style}>
        {label}
      </span>
    </div>
  );
}

function facts(span: SpanRow): string {
  const tokens = formatTokens(span.inputTokens, span.outputTokens);
  const documents = span.documents === undefined ? '' : `${span.documents} docs`;
  return [tokens, documents, formatBill(span.costUsd, span.costBound)].filter(Boolean).join(' · ');
}

export function TraceRow({
  index,
  row,
  range,
  isSelected,
  isCollapsed,
  isFaint,
  isSlowest,
  isCostliest,
  onSelect,
  onToggle,
}: RowProps) {
  const common = {
    id: rowId('spans', index),
    role: 'treeitem' as const,
    'aria-selected': isSelected,
    class: `span-row${isSelected ? ' selected' : ''}${isFaint ? ' faint' : ''}`,
    onClick: () => onSelect(index),
  };
  if (row.kind === 'event') {
    const { event, depth } = row;
    const { left } = placeOf(event.atMs, 0, range);
    const name = event.kind === 'app' ? (event.level ?? 'log') : event.kind;
    return (
      <div {...common} aria-level={depth + 1}>
        <div class="label" style={indent(depth, false)}>
          <span class={`level l-${event.level ?? ''}`}>{name}</span>
          <span class="name log-text" title={event.message}>
            {event.message}
          </span>
        </div>
        <div class="lane">
          <span class="moment" style={{ left: `${left}%` }} />
        </div>
      </div>
    );
  }
  if (row.kind === 'more') {
    return (
      <div {...common} aria-level={row.depth + 1} onClick={() => onToggle(row)}>
        <div class="label" style={indent(row.depth, true)}>
          <span class="caret">+</span>
          <span class="name">
            {row.count} more {row.name}
          </span>
        </div>
      </div>
    );
  }
  const { span, hasChildren } = row;
  const figures = facts(span);
  return (
    <div {...common} aria-level={span.depth + 1} aria-expanded={hasChildren ? !isCollapsed : undefined}>
      <div class="label" style={indent(span.depth, hasChildren)}>
        {hasChildren && (
          <span
            class="caret"
            onClick={(event) => {
              event.stopPropagation();
              onToggle(row);
            }}
          >
            {isCollapsed ? '▸' : '▾'}
          </span>
        )}
        <span class={`type t-${span.type}`}>{span.type}</span>
        <span class="name" title={span.name}>
          {span.name}
        </span>
        {span.service !== undefined && <span class="mark service">{span.service}</span>}
        {span.status !== undefined && span.status !== 'ok' && (
          <span class={span.status === 'error' ? 'mark bad' : 'mark'}>{span.status}</span>
        )}
        {isSlowest && <span class="mark badge">slowest</span>}
        {isCostliest && <span class="mark badge">costliest</span>}
      </div>
      <Bar span={span} range={range} />
      {figures !== '' && <div class="facts">{figures}</div>}
    </div>
  );
}
