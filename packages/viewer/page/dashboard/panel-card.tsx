/** One panel: its chart, and the series with their totals. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { PanelAnswer } from '../../src/contract/index.ts';
import type { Panel } from '../../src/panels/panels.ts';
import { formatCost, formatCount, formatDuration, formatScore, formatShare } from '../format.ts';
import { conditionOf } from '../lists/conditions.ts';
import { tracesWith } from '../lists/links.ts';
import { go, scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { Chart } from './chart.tsx';

/** How values of a unit are written. */
const FORMATS: Readonly<Record<Panel['unit'], (value: number) => string>> = {
  count: formatCount,
  tokens: formatCount,
  ms: formatDuration,
  usd: formatCost,
  share: formatShare,
  score: formatScore,
  documents: formatScore,
};

/** True from the time on when the element was near the screen. */
function useSeen(): readonly [{ readonly current: HTMLElement | null }, boolean] {
  const element = useRef<HTMLElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true),
      // The margin counts for the root alone, which is what scrolls.
      { root: element.current.closest('.panels'), rootMargin: '300px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, isSeen];
}

/** The filter of the traces of a panel; lines that are no spans belong to no trace of the list. */
function filterOf(panel: Panel, name: string): readonly string[] {
  if (panel.filter === undefined) return [];
  const own = panel.filter === '' ? [] : [panel.filter];
  return panel.split === undefined ? own : [...own, conditionOf(panel.split, name)];
}

function Legend({
  panel,
  answer,
  timeMs,
}: {
  readonly panel: Panel;
  readonly answer: PanelAnswer;
  readonly timeMs: number | undefined;
}) {
  const format = FORMATS[panel.unit];
  return (
    <ul class="legend">
      {answer.series.map(({ name, key, total, points }, index) => {
        const value = timeMs === undefined ? total : points.find(([time]) => time === timeMs)?.[1];
        const filter = filterOf(panel, name);
        const isLink = panel.split !== undefined && filter.length > 0;
        return (
          <li key={key ?? name}>
            {panel.chart !== 'ranking' && <span class={`swatch fill-${index}`} />}
            {isLink ? (
              <a class="name" title={name} href={tracesWith(...filter)}>
                {name}
              </a>
            ) : (
              <span class="name" title={name}>
                {name}
              </span>
            )}
            <span class="value">{value === undefined ? '' : format(value)}</span>
          </li>
        );
      })}
      {answer.more > 0 && <li class="note">{formatCount(answer.more)} more</li>}
    </ul>
  );
}

function Body({ panel, answer }: { readonly panel: Panel; readonly answer: PanelAnswer }) {
  const [timeMs, setTimeMs] = useState<number | undefined>(undefined);
  if (answer.series.length === 0) return <p class="note none">No data in this view.</p>;
  const filters = panel.filter ?? '';
  const { filter = '' } = scope();
  const iso = (ms: number): string => new Date(ms).toISOString();
  return (
    <>
      {panel.chart !== 'ranking' && answer.fromMs !== undefined && answer.toMs !== undefined && (
        <Chart
          label={panel.title}
          kind={panel.chart}
          series={answer.series}
          fromMs={answer.fromMs}
          toMs={answer.toMs}
          barMs={answer.barMs}
          format={FORMATS[panel.unit]}
          onPoint={setTimeMs}
          onRange={(from, to) =>
            go('traces', '', {
              filter: [filter === '' || filters === '' ? filter : `(${filter})`, filters].filter(Boolean).join(' '),
              from: iso(from),
              to: iso(to),
            })
          }
        />
      )}
      <Legend panel={panel} answer={answer} timeMs={timeMs} />
    </>
  );
}

export function PanelCard({ panel }: { readonly panel: Panel }) {
  const [element, isSeen] = useSeen();
  return (
    <section class="panel" ref={element} aria-labelledby={`panel-${panel.id}`}>
      <h2 id={`panel-${panel.id}`}>{panel.title}</h2>
      {isSeen ? <Loaded panel={panel} /> : <p class="note none">…</p>}
    </section>
  );
}

function Loaded({ panel }: { readonly panel: Panel }) {
  const { answer, fault } = useAnswer<PanelAnswer>(`panels/${panel.id}`, scope());
  if (fault !== undefined)
    return (
      <p class="fault" role="alert">
        {fault.message}
      </p>
    );
  if (answer === undefined)
    return (
      <p class="note none" role="status">
        Reading…
      </p>
    );
  return <Body panel={panel} answer={answer} />;
}
