/** Everything about the span that is selected. */

import type { ComponentChildren } from 'preact';
import type { SpanAnswer, SpanRow } from '../../src/contract.ts';
import { formatBill, formatCount, formatDuration, formatShare } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { LongText } from '../ui/long-text.tsx';
import { useAnswer } from '../use-answer.ts';
import { Conversation } from './conversation.tsx';

function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="part-of-span">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Facts({ rows }: { readonly rows: readonly (readonly [string, string])[] }) {
  return (
    <dl class="facts-list">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function timesOf(span: SpanRow): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [['duration', formatDuration(span.durationMs)]];
  if (span.selfMs !== undefined && span.durationMs > 0)
    rows.push(['self time', `${formatDuration(span.selfMs)} (${formatShare(span.selfMs / span.durationMs)})`]);
  if (span.ttftMs !== undefined) rows.push(['first token after', formatDuration(span.ttftMs)]);
  if (span.model !== undefined) rows.push(['model', span.model]);
  return rows;
}

function Details({
  answer,
  span,
  path,
}: {
  readonly answer: SpanAnswer;
  readonly span: SpanRow;
  readonly path: string;
}) {
  const { input, output, history, values, documents, usage, scores, error, attributes, missing, raw } = answer;
  const bill = formatBill(span.costUsd, span.costBound);
  return (
    <>
      {error !== undefined && (
        <Section title="Error">
          <p class="fault">
            <strong>{error.type}</strong> {error.message}
          </p>
          {error.stack !== undefined && <LongText text={error.stack} path={path} mono />}
        </Section>
      )}
      {(input.length > 0 || output.length > 0) && (
        <Section title="Conversation">
          {missing.length > 0 && <p class="note">Not in the log: {missing.join(', ')}</p>}
          <Conversation input={input} output={output} history={history} path={path} />
        </Section>
      )}
      {documents.length > 0 && (
        <Section title={`Documents (${documents.length})`}>
          {documents.map((document, index) => (
            <article key={index} class="document">
              <h4>
                {document.id ?? `document ${index + 1}`}
                {document.score !== undefined && <span class="score">{document.score.toFixed(3)}</span>}
              </h4>
              <LongText text={document.text} path={path} />
            </article>
          ))}
        </Section>
      )}
      {values.map(({ name, text }) => (
        <Section key={name} title={name}>
          <LongText text={text} path={path} mono />
        </Section>
      ))}
      {scores.length > 0 && (
        <Section title="Scores">
          <Facts
            rows={scores.map(({ name, value, explanation = '' }) => [name, `${value ?? ''} ${explanation}`.trim()])}
          />
        </Section>
      )}
      {(usage.length > 0 || bill !== '') && (
        <Section title="Usage">
          <Facts
            rows={[
              ...usage.map(({ unit, count }): [string, string] => [unit, formatCount(count)]),
              ...(bill === '' ? [] : [['cost', bill] as const]),
            ]}
          />
        </Section>
      )}
      <Section title="Attributes">
        <Facts rows={attributes} />
      </Section>
      <details>
        <summary>Line</summary>
        <LongText text={raw} path={path} mono />
      </details>
    </>
  );
}

interface SpanPanelProps {
  /** Id of the trace. */
  readonly id: string;
  readonly span: SpanRow;
  readonly onClose: () => void;
}

export function SpanPanel({ id, span, onClose }: SpanPanelProps) {
  const path = `trace/${encodeURIComponent(id)}/span/${encodeURIComponent(span.spanId)}`;
  const { answer, fault } = useAnswer<SpanAnswer>(path);
  return (
    <aside class="span-panel" aria-label="Selected span">
      <div class="bar-line">
        <span class={`type t-${span.type}`}>{span.type}</span>
        <h2 title={span.name}>{span.name}</h2>
        <span class="space" />
        {answer !== undefined && <Copy label="Copy line" text={() => answer.raw.text} />}
        <button type="button" class="quiet" aria-label="Close the span" onClick={onClose}>
          ✕
        </button>
      </div>
      <Facts rows={timesOf(span)} />
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault.message}
        </p>
      )}
      {answer === undefined && fault === undefined && <p class="note">Reading…</p>}
      {answer !== undefined && <Details answer={answer} span={span} path={path} />}
    </aside>
  );
}
