/** Everything about the span that is selected. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { SpanAnswer, SpanRow } from '../../src/contract/index.ts';
import { about } from '../about.ts';
import { isFile } from '../ask.ts';
import { formatBill, formatCount, formatDuration, formatShare } from '../format.ts';
import { ScoreForm } from '../score-form.tsx';
import { LongText } from '../ui/long-text.tsx';
import { useAnswer } from '../use-answer.ts';
import { Conversation } from './conversation.tsx';
import { CopyMenu } from './copy-menu.tsx';
import { UsageTable } from './usage-table.tsx';

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
  const {
    input,
    output,
    history,
    values,
    documents,
    usage,
    price,
    scores,
    error,
    attributes,
    missing,
    redactions,
    raw,
  } = answer;
  const bill = formatBill(span.costUsd, span.costBound);
  return (
    <>
      {redactions !== undefined && (
        <p class="note">
          {formatCount(redactions.count)} {redactions.count === 1 ? 'text was' : 'texts were'} replaced by redaction
          {redactions.rules.length > 0 && `: ${redactions.rules.join(', ')}`}
        </p>
      )}
      {error !== undefined && (
        <Section title="Error">
          <p class="fault">
            <strong>{error.type}</strong>
          </p>
          {error.message !== undefined && <LongText text={error.message} path={path} />}
          {error.causes.length > 0 && (
            <>
              <h4>Caused by</h4>
              <ol class="causes">
                {error.causes.map((cause) => (
                  <li key={cause}>{cause}</li>
                ))}
              </ol>
            </>
          )}
          <Facts rows={error.facts} />
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
          {documents.some(({ used }) => used !== undefined) && (
            <p class="note">Marked: what an answer has in the same words.</p>
          )}
          {documents.map((document, index) => (
            <article key={index} class="document">
              <h4>
                {document.id ?? `document ${index + 1}`}
                {document.score !== undefined && <span class="score">{document.score.toFixed(3)}</span>}
              </h4>
              <LongText text={document.text} path={path} used={document.used} />
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
            rows={scores.map(({ name, value, label, explanation = '' }) => [
              name,
              [value, label, explanation].filter((part) => part !== undefined && part !== '').join(' '),
            ])}
          />
        </Section>
      )}
      {(usage.length > 0 || bill !== '') && (
        <Section title="Usage">
          <UsageTable usage={usage} />
          <Facts rows={[...(bill === '' ? [] : [['cost', bill] as const]), ...price]} />
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
  /** Id of the trace that scores are written for; absent for several traces. */
  readonly traceId: string | undefined;
  readonly onClose: () => void;
}

export function SpanPanel({ id, span, traceId, onClose }: SpanPanelProps) {
  const [saves, setSaves] = useState(0);
  const path = `trace/${encodeURIComponent(id)}/span/${encodeURIComponent(span.spanId)}`;
  const { answer, fault } = useAnswer<SpanAnswer>(path, {}, saves);
  return (
    <aside class="span-panel" aria-label="Selected span">
      <div class="bar-line">
        <span class={`type t-${span.type}`}>{span.type}</span>
        <h2 title={span.name}>{span.name}</h2>
        <span class="space" />
        {!isFile() && <CopyMenu path={path} />}
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
      {about.value?.canAnnotate === true && traceId !== undefined && (
        <Section title="Score this span">
          <ScoreForm traceId={traceId} spanId={span.spanId} onSaved={() => setSaves(saves + 1)} />
        </Section>
      )}
      {answer !== undefined && <Details answer={answer} span={span} path={path} />}
    </aside>
  );
}
