/** One trace: tree and waterfall in one row for each span, and the span that is selected beside it. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { TraceAnswer } from '../../src/contract.ts';
import { watch } from '../ask.ts';
import { formatBill, formatCount, formatDuration, formatTime, formatTokens } from '../format.ts';
import { addressOf, change, route, scope } from '../route.ts';
import { SpanPanel } from '../span/span-panel.tsx';
import { Copy } from '../ui/copy.tsx';
import { VirtualList } from '../ui/virtual-list.tsx';
import { useAnswer } from '../use-answer.ts';
import { type Range, ticksOf } from './axis.ts';
import { Minimap } from './minimap.tsx';
import { childrenOf, isMatch, type Row, rowsOf } from './rows.ts';
import { TraceRow } from './span-row.tsx';

const ROW = 26;

const hasError = (row: Row | undefined): boolean => row?.kind === 'span' && row.span.error !== undefined;
const isFound = (row: Row | undefined, words: string): boolean => row?.kind === 'span' && isMatch(row.span, words);

/** The slowest step by its own time, and the most expensive one. Roots are no steps. */
function badgesOf({ spans }: TraceAnswer): ReadonlyMap<number, readonly string[]> {
  const badges = new Map<number, string[]>();
  const best = (name: string, measure: (index: number) => number): void => {
    let most = 0;
    let at = -1;
    spans.forEach((_, index) => {
      if (measure(index) > most) [most, at] = [measure(index), index];
    });
    if (at >= 0 && spans.length > 2) badges.set(at, [...(badges.get(at) ?? []), name]);
  };
  best('slowest', (index) => (spans[index]?.parent === undefined ? 0 : (spans[index]?.selfMs ?? 0)));
  best('costliest', (index) => spans[index]?.costUsd ?? 0);
  return badges;
}

function Header({ trace }: { readonly trace: TraceAnswer }) {
  const [first] = trace.spans;
  const figures: readonly (readonly [string, string])[] = [
    ['Start', formatTime(trace.startMs)],
    ['Duration', formatDuration(trace.durationMs)],
    ['Spans', formatCount(trace.spans.length)],
    ['Errors', trace.errors === 0 ? '' : String(trace.errors)],
    ['Tokens', trace.inputTokens + trace.outputTokens === 0 ? '' : formatTokens(trace.inputTokens, trace.outputTokens)],
    ['Cost', trace.costUsd === 0 ? '' : formatBill(trace.costUsd)],
    ['Request', trace.requestId ?? ''],
    ['Session', trace.sessionId ?? ''],
    ['User', trace.userId ?? ''],
    ['Service', trace.service ?? ''],
  ];
  return (
    <header class="trace-head">
      <p class="crumbs">
        <a href={addressOf({ page: 'traces', parameters: scope() })}>Traces</a> / <span class="mono">{trace.id}</span>{' '}
        <Copy label="Copy id" text={() => trace.id} />
      </p>
      <h1>{first?.name ?? '(no span)'}</h1>
      <dl class="figures">
        {figures
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name} class={name === 'Errors' ? 'figure bad' : 'figure'}>
              <dt>{name}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
      </dl>
      {trace.isCut === true && <p class="fault">This is the start of the trace: it has more lines than are shown.</p>}
    </header>
  );
}

function Axis({ range }: { readonly range: Range }) {
  const length = Math.max(0.01, range.toMs - range.fromMs);
  return (
    <div class="axis span-row" aria-hidden="true">
      <div class="label">Span</div>
      <div class="lane">
        {ticksOf(range, 6).map((tick) => (
          <span key={tick} class="tick" style={{ left: `${((tick - range.fromMs) / length) * 100}%` }}>
            {tick === 0 ? '0' : formatDuration(tick)}
          </span>
        ))}
      </div>
      <div class="facts">Tokens · cost</div>
    </div>
  );
}

function Waterfall({ trace }: { readonly trace: TraceAnswer }) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const [showsEvents, setShowsEvents] = useState(true);
  const [words, setWords] = useState('');
  const [range, setRange] = useState<Range>({ fromMs: 0, toMs: trace.durationMs });
  const spanId = route.value.parameters['span'] ?? '';
  useEffect(() => setRange({ fromMs: 0, toMs: trace.durationMs }), [trace.id, trace.durationMs]);

  const children = useMemo(() => childrenOf(trace.spans), [trace]);
  const badges = useMemo(() => badgesOf(trace), [trace]);
  const rows = useMemo(
    () => rowsOf(trace, children, { collapsed, expanded, showsEvents }),
    [trace, collapsed, expanded, showsEvents],
  );
  const selected = rows.findIndex((row) => row.kind === 'span' && row.span.spanId === spanId);
  const [cursor, setCursor] = useState(0);
  useEffect(() => {
    if (selected >= 0) setCursor(selected);
  }, [selected]);

  const select = (index: number): void => {
    setCursor(index);
    const row = rows[index];
    if (row?.kind === 'span') change({ span: row.span.spanId }, true);
  };
  const toggle = (row: Row): void => {
    if (row.kind === 'more') setExpanded(new Set([...expanded, row.first]));
    if (row.kind !== 'span') return;
    const next = new Set(collapsed);
    if (!next.delete(row.index)) next.add(row.index);
    setCollapsed(next);
  };
  const onKey = (key: string, index: number): boolean => {
    const row = rows[index];
    if (key === 'ArrowLeft' && row?.kind === 'span' && row.hasChildren && !collapsed.has(row.index)) toggle(row);
    else if (key === 'ArrowRight' && row !== undefined && row.kind === 'span' && collapsed.has(row.index)) toggle(row);
    else if (key === 'ArrowLeft' && row?.kind === 'span' && row.span.parent !== undefined) {
      const parent = row.span.parent;
      select(rows.findIndex((other) => other.kind === 'span' && other.index === parent));
    } else if (key === 'e') {
      const next = [...rows.keys()].find((at) => at > index && hasError(rows[at]));
      if (next !== undefined) select(next);
    } else return false;
    return true;
  };
  const found = words === '' ? undefined : trace.spans.filter((span) => isMatch(span, words)).length;

  return (
    <section class="waterfall" aria-label="Spans">
      <div class="bar-line">
        <input
          type="search"
          aria-label="Search inside this trace"
          placeholder="Search inside this trace"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || words === '') return;
            const next = [...rows.keys(), ...rows.keys()].slice(cursor + 1).find((at) => isFound(rows[at], words));
            if (next !== undefined) select(next);
          }}
        />
        {found !== undefined && (
          <span class="note" role="status">
            {found} found
          </span>
        )}
        <span class="space" />
        {trace.events.length > 0 && (
          <button type="button" class="quiet" aria-pressed={showsEvents} onClick={() => setShowsEvents(!showsEvents)}>
            Log lines ({formatCount(trace.events.length)})
          </button>
        )}
        <button
          type="button"
          class="quiet"
          onClick={() =>
            setCollapsed(
              collapsed.size > 0
                ? new Set()
                : new Set([...children.keys()].filter((index) => index >= 0 && (trace.spans[index]?.depth ?? 0) > 0)),
            )
          }
        >
          {collapsed.size > 0 ? 'Expand all' : 'Collapse'}
        </button>
      </div>
      <Minimap spans={trace.spans} durationMs={Math.max(0.01, trace.durationMs)} range={range} onRange={setRange} />
      <VirtualList
        id="spans"
        label="Spans of the trace"
        role="tree"
        count={rows.length}
        rowHeight={ROW}
        selected={cursor}
        onSelect={select}
        onOpen={select}
        onKey={onKey}
        head={<Axis range={range} />}
        row={(index) => {
          const row = rows[index];
          if (row === undefined) return undefined;
          return (
            <TraceRow
              key={index}
              index={index}
              row={row}
              range={range}
              isSelected={index === cursor}
              isCollapsed={row.kind === 'span' && collapsed.has(row.index)}
              isFaint={words !== '' && !isFound(row, words)}
              badges={row.kind === 'span' ? (badges.get(row.index) ?? []) : []}
              onSelect={select}
              onToggle={toggle}
            />
          );
        }}
      />
    </section>
  );
}

/** Milliseconds after a change of the log until the trace is read again. */
const SETTLE_MS = 500;

/** Counts changes of the log, a moment after the last one. */
function useRevision(): number {
  const [revision, setRevision] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unwatch = watch(() => {
      clearTimeout(timer);
      timer = setTimeout(() => setRevision((count) => count + 1), SETTLE_MS);
    });
    return () => {
      clearTimeout(timer);
      unwatch();
    };
  }, []);
  return revision;
}

export function TracePage() {
  const { id, parameters } = route.value;
  const { answer: trace, fault } = useAnswer<TraceAnswer>(`trace/${encodeURIComponent(id)}`, {}, useRevision());
  if (fault !== undefined) {
    const text = fault.status === 404 ? `No line has the id ${id}.` : fault.message;
    return (
      <main class="page">
        <p class="fault" role="alert">
          {text}
        </p>
      </main>
    );
  }
  if (trace === undefined || trace.id !== id) {
    return (
      <main class="page">
        <p class="summary" role="status">
          Reading…
        </p>
      </main>
    );
  }
  const span = trace.spans.find(({ spanId }) => spanId === parameters['span']);
  return (
    <main class={span === undefined ? 'page trace' : 'page trace with-span'}>
      <Header trace={trace} />
      <div class="trace-body">
        <Waterfall trace={trace} />
        {span !== undefined && (
          <SpanPanel key={span.spanId} id={id} span={span} onClose={() => change({ span: '' }, true)} />
        )}
      </div>
    </main>
  );
}
