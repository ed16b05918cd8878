/** One trace: a view of it, and the span that is selected beside it. */

import type { JSX } from 'preact';
import type { TraceAnswer } from '../../src/contract/index.ts';
import { change, route } from '../route.ts';
import { SpanPanel } from '../span/span-panel.tsx';
import { useKeys } from '../ui/keys.ts';
import { useAnswer } from '../use-answer.ts';
import { useRevision } from '../use-revision.ts';
import { ChainView } from './chain-view.tsx';
import { FigureView } from './figure-view.tsx';
import { GraphView } from './graph-view.tsx';
import { TraceHead } from './trace-head.tsx';
import { TranscriptView } from './transcript-view.tsx';
import { type TraceView, VIEW_KEYS, viewNow } from './views.ts';
import { Waterfall } from './waterfall.tsx';

interface ViewProps {
  readonly trace: TraceAnswer;
  /** Counts changes of the log. */
  readonly revision: number;
}

/** The component of each view. */
const PAGES: Readonly<Record<TraceView, (props: ViewProps) => JSX.Element>> = {
  spans: ({ trace }) => <Waterfall trace={trace} />,
  graph: ({ trace }) => <GraphView trace={trace} />,
  transcript: ({ trace, revision }) => <TranscriptView trace={trace} revision={revision} />,
  figure: ({ trace }) => <FigureView trace={trace} />,
  chain: ({ trace, revision }) => <ChainView trace={trace} revision={revision} />,
};

export function TracePage() {
  const { id, parameters } = route.value;
  const revision = useRevision();
  const { answer: trace, fault } = useAnswer<TraceAnswer>(`trace/${encodeURIComponent(id)}`, {}, revision);
  useKeys(VIEW_KEYS);
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
  const view = viewNow();
  const View = PAGES[view];
  const chosen = parameters['span'] ?? '';
  const span = chosen === '' ? undefined : trace.spans.find(({ spanId }) => spanId === chosen);
  return (
    <main class={span === undefined ? 'page trace' : 'page trace with-span'}>
      <TraceHead trace={trace} view={view} />
      <div class="trace-body">
        <View key={id} trace={trace} revision={revision} />
        {span !== undefined && (
          <SpanPanel
            key={span.spanId}
            id={id}
            span={span}
            traceId={trace.traceIds.length === 1 ? trace.traceIds[0] : undefined}
            onClose={() => change({ span: '' }, true)}
          />
        )}
      </div>
    </main>
  );
}
