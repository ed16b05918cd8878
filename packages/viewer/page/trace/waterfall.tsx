/** Tree and waterfall in one row for each span. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SpanRow, TraceAnswer } from '../../src/contract/index.ts';
import { formatDuration } from '../format.ts';
import { change, route } from '../route.ts';
import { VirtualList } from '../ui/virtual-list.tsx';
import { type Range, ticksOf } from './axis.ts';
import { Minimap } from './minimap.tsx';
import { isMatch, revealing, type Row, rowsOf, type View } from './rows.ts';
import { siblingTree } from './sibling-tree.ts';
import { laneSize, TraceRow } from './span-row.tsx';
import { WaterfallBar } from './waterfall-bar.tsx';

const ROW = 26;
const WHOLE: View = { collapsed: new Set(), expanded: new Set(), showsEvents: true };

/** Labels of the axis: beside a span, or on a phone, the lane has room for few. */
const labelsNow = (): number => (laneSize() === 'wide' ? 6 : 3);
/** Percent of the lane from which on a label would be cut off. */
const LAST_LABEL = 92;

function Axis({ range }: { readonly range: Range }) {
  const length = Math.max(0.01, range.toMs - range.fromMs);
  return (
    <div class="axis span-row" aria-hidden="true">
      <div class="label">Span</div>
      <div class="lane">
        {ticksOf(range, labelsNow()).map((tick) => {
          const left = ((tick - range.fromMs) / length) * 100;
          return (
            <span key={tick} class="tick" style={{ left: `${left}%` }}>
              {left > LAST_LABEL ? '' : tick === 0 ? '0' : formatDuration(tick)}
            </span>
          );
        })}
      </div>
      <div class="facts">Tokens · cost</div>
    </div>
  );
}

/** The rows of a trace, and the span that is selected in them. */
function useRows(trace: TraceAnswer) {
  const { spans } = trace;
  const [view, setView] = useState(WHOLE);
  const tree = useMemo(() => siblingTree(spans), [trace]);
  const rows = useMemo(() => rowsOf(trace, tree, view), [trace, view]);
  const [cursor, setCursor] = useState(0);
  const { span: spanId = '' } = route.value.parameters;
  const selected = spanId === '' ? -1 : spans.findIndex((span) => span.spanId === spanId);
  // A span that is selected is shown, wherever it was found.
  useEffect(() => {
    if (selected >= 0 && rows.rowOf(selected) < 0) setView(revealing(selected, spans, tree, view));
  }, [selected]);
  const selectedRow = rows.rowOf(selected);
  useEffect(() => {
    if (selectedRow >= 0) setCursor(selectedRow);
  }, [selectedRow]);
  return { tree, rows, view, setView, cursor, setCursor };
}

export function Waterfall({ trace }: { readonly trace: TraceAnswer }) {
  const { spans } = trace;
  const { tree, rows, view, setView, cursor, setCursor } = useRows(trace);
  const [words, setWords] = useState('');
  const [zoom, setZoom] = useState<Range | undefined>(undefined);
  const range = zoom ?? { fromMs: 0, toMs: trace.durationMs };

  const select = (index: number): void => {
    setCursor(index);
    const row = rows.at(index);
    if (row?.kind === 'span') change({ span: row.span.spanId }, true);
  };
  /** The span of a row, or of the nearest row above it. */
  const spanAt = (index: number): number => {
    for (let at = index; at >= 0; at--) {
      const row = rows.at(at);
      if (row?.kind === 'span') return row.index;
    }
    return -1;
  };
  /** Selects the next span that passes a test, also one that is not shown. Behind the last span is the first one. */
  const selectNext = (test: (span: SpanRow) => boolean): void => {
    const [from, count] = [spanAt(cursor), spans.length];
    for (let step = 1; step <= count; step++) {
      const span = spans[(from + step) % count];
      if (span === undefined || !test(span)) continue;
      change({ span: span.spanId }, true);
      return;
    }
  };
  const toggle = (row: Row): void => {
    if (row.kind === 'more') setView({ ...view, expanded: new Set([...view.expanded, row.first]) });
    if (row.kind !== 'span') return;
    const collapsed = new Set(view.collapsed);
    if (!collapsed.delete(row.index)) collapsed.add(row.index);
    setView({ ...view, collapsed });
  };
  const open = (index: number): void => {
    const row = rows.at(index);
    if (row?.kind === 'more') toggle(row);
    else select(index);
  };
  const onKey = (key: string, index: number): boolean => {
    const row = rows.at(index);
    if (key === 'e') selectNext(({ error }) => error !== undefined);
    else if (row?.kind !== 'span') return false;
    else if (key === 'ArrowRight' && view.collapsed.has(row.index)) toggle(row);
    else if (key === 'ArrowLeft' && row.hasChildren && !view.collapsed.has(row.index)) toggle(row);
    else if (key === 'ArrowLeft' && row.span.parent !== undefined) select(rows.rowOf(row.span.parent));
    else return false;
    return true;
  };
  const collapse = (): void => {
    const parents = [...spans.keys()].filter((place) => (spans[place]?.depth ?? 0) > 0 && tree.firstChild(place) >= 0);
    setView({ ...view, collapsed: new Set(view.collapsed.size > 0 ? [] : parents) });
  };
  const isFound = (span: SpanRow): boolean => isMatch(span, words);
  const found = useMemo(() => (words === '' ? 0 : spans.filter(isFound).length), [trace, words]);

  return (
    <section class="waterfall" aria-label="Spans">
      <WaterfallBar
        words={words}
        found={found}
        onWords={setWords}
        onNext={() => selectNext(isFound)}
        lines={trace.events.length}
        view={view}
        onEvents={() => setView({ ...view, showsEvents: !view.showsEvents })}
        onCollapse={collapse}
      />
      <Minimap spans={spans} durationMs={Math.max(0.01, trace.durationMs)} range={range} onRange={setZoom} />
      <VirtualList
        id="spans"
        label="Spans of the trace"
        role="tree"
        count={rows.count}
        rowHeight={ROW}
        selected={cursor}
        onSelect={select}
        onOpen={open}
        onKey={onKey}
        head={<Axis range={range} />}
        row={(index) => {
          const row = rows.at(index);
          if (row === undefined) return undefined;
          const place = row.kind === 'span' ? row.index : -1;
          return (
            <TraceRow
              key={index}
              index={index}
              row={row}
              range={range}
              isSelected={index === cursor}
              isCollapsed={view.collapsed.has(place)}
              isFaint={words !== '' && !(row.kind === 'span' && isFound(row.span))}
              isSlowest={place >= 0 && place === trace.slowest}
              isCostliest={place >= 0 && place === trace.costliest}
              onSelect={select}
              onToggle={toggle}
            />
          );
        }}
      />
    </section>
  );
}
