/** One trace after the other, to be scored: those that pass the filter, in the order of the list. */

import { useEffect, useState } from 'preact/hooks';
import type { SpanAnswer, TraceAnswer, TracesAnswer } from '../../src/contract/index.ts';
import { formatBill, formatCount, formatDuration, formatTime } from '../format.ts';
import { traceAt } from '../lists/links.ts';
import { change, route, scope } from '../route.ts';
import { save, ScoreForm } from '../score-form.tsx';
import { Conversation } from '../span/conversation.tsx';
import { useKeys } from '../ui/keys.ts';
import { LongText } from '../ui/long-text.tsx';
import { useAnswer } from '../use-answer.ts';
import { useRevision } from '../use-revision.ts';

/** Milliseconds until the list is asked for again while lines are being read. */
const WAIT_MS = 500;

/** The span with most facts: the last model call, else the root. */
function mainSpan({ spans }: TraceAnswer): string | undefined {
  return (spans.findLast(({ type }) => type === 'llm') ?? spans[0])?.spanId;
}

function Content({ id, spanId }: { readonly id: string; readonly spanId: string }) {
  const path = `trace/${encodeURIComponent(id)}/span/${encodeURIComponent(spanId)}`;
  const { answer, fault } = useAnswer<SpanAnswer>(path);
  if (fault !== undefined) return <p class="fault">{fault.message}</p>;
  if (answer === undefined) return <p class="note">Reading…</p>;
  const { input, output, history, values } = answer;
  return (
    <>
      <h3 class="unseen">Conversation</h3>
      <Conversation input={input} output={output} history={history} path={path} />
      {values.map(({ name, text }) => (
        <section key={name} class="part-of-span">
          <h3>{name}</h3>
          <LongText text={text} path={path} mono />
        </section>
      ))}
    </>
  );
}

function Trace({ id, onSaved }: { readonly id: string; readonly onSaved: () => void }) {
  const { answer: trace, fault } = useAnswer<TraceAnswer>(`trace/${encodeURIComponent(id)}`);
  if (fault !== undefined) return <p class="fault">{fault.message}</p>;
  if (trace === undefined || trace.id !== id) return <p class="note">Reading…</p>;
  const spanId = mainSpan(trace);
  const facts = [
    formatTime(trace.startMs),
    formatDuration(trace.durationMs),
    trace.costUsd > 0 ? formatBill(trace.costUsd) : '',
  ];
  return (
    <div class="queue">
      <h2>
        <a href={traceAt(id)}>{trace.spans[0]?.name ?? id}</a>{' '}
        <span class="note">{facts.filter(Boolean).join(' · ')}</span>
      </h2>
      <ScoreForm key={id} traceId={id} onSaved={onSaved} />
      {spanId !== undefined && <Content key={spanId} id={id} spanId={spanId} />}
    </div>
  );
}

/** The trace of the address and its neighbours. If the list lost the trace, the one in its place is next. */
function placed({ rows, offset }: TracesAnswer, traceId: string, at: number) {
  const found = rows.findIndex((row) => row.traceId === traceId);
  const index = found >= 0 ? found : Math.min(at - offset, rows.length - 1);
  return {
    at: offset + index,
    id: rows[index]?.traceId,
    back: rows[index - 1]?.traceId,
    next: rows[index + 1]?.traceId,
  };
}

export function QueuePage() {
  const { trace = '', at: given = '' } = route.value.parameters;
  const last = Math.max(0, Math.trunc(Number(given)) || 0);
  // New traces move the places of others: the trace is found by its id.
  const window = { around: trace, offset: String(Math.max(0, last - 1)), limit: '3' };
  const [waits, setWaits] = useState(0);
  const { answer, fault } = useAnswer<TracesAnswer>('traces', { ...scope(), ...window }, useRevision() + waits);
  const [said, setSaid] = useState('');
  const total = answer?.total ?? 0;
  const { at, id, back, next } = answer === undefined ? { at: last } : placed(answer, trace, last);
  const move = (step: 1 | -1): void => {
    const to = step === 1 ? next : back;
    if (to !== undefined) change({ trace: to, at: String(at + step) }, true);
  };
  useEffect(() => {
    if (answer === undefined || (answer.state.isComplete && answer.isStale !== true)) return undefined;
    const timer = setTimeout(() => setWaits(waits + 1), WAIT_MS);
    return () => clearTimeout(timer);
  }, [answer]);
  useEffect(() => {
    if (id !== undefined && id !== trace) change({ trace: id, at: String(at) }, true);
  }, [id]);
  const score = async (value: number): Promise<void> => {
    if (id === undefined) return;
    const failed = await save({ traceId: id, name: 'quality', value });
    setSaid(failed);
    if (failed === '') move(1);
  };
  useKeys({
    '1': () => void score(1),
    '0': () => void score(0),
    j: () => move(1),
    k: () => move(-1),
    m: () => document.querySelector<HTMLInputElement>('#comment')?.focus(),
  });
  return (
    <main class="page">
      <h1 class="unseen">Annotation queue</h1>
      <div class="bar-line">
        <p class="summary" role="status">
          {answer === undefined
            ? 'Reading…'
            : total === 0
              ? 'No traces'
              : `${formatCount(at + 1)} of ${formatCount(total)}`}
        </p>
        <span class="note">1 good · 0 bad · m comment · j next · k back</span>
        <button type="button" onClick={() => move(-1)} disabled={back === undefined}>
          Back
        </button>
        <button type="button" onClick={() => move(1)} disabled={next === undefined}>
          Next
        </button>
      </div>
      {(fault !== undefined || said !== '') && (
        <p class="fault" role="alert">
          {fault?.message ?? said}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Trace">
        {id !== undefined && <Trace id={id} onSaved={() => move(1)} />}
      </div>
    </main>
  );
}
