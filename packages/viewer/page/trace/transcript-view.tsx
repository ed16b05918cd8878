/** The conversation of a whole trace, by time: each message once, at the step that added it. */

import type { TraceAnswer, TranscriptAnswer, TurnAnswer } from '../../src/contract/index.ts';
import { formatCount, formatDuration } from '../format.ts';
import { addressOf, route } from '../route.ts';
import { Message } from '../span/conversation.tsx';
import { useAnswer } from '../use-answer.ts';
import { PAGE, pageOffset, PageTurner } from './page-turner.tsx';

function Turn({ turn, path }: { readonly turn: TurnAnswer; readonly path: string }) {
  const { id, parameters } = route.value;
  const { spanId, name, type, agent, model, atMs, side, messages, folded } = turn;
  return (
    <div class={`turn${parameters['span'] === spanId ? ' selected' : ''}`}>
      <h3>
        <span class={`type t-${type}`}>{type}</span>{' '}
        <a href={addressOf({ page: 'trace', id, parameters: { ...parameters, span: spanId } })}>{name}</a>
        <span class="note">
          {[
            agent === undefined ? '' : ` of ${agent}`,
            model === undefined || name.includes(model) ? '' : ` · ${model}`,
            ` · ${side} at ${formatDuration(atMs)}`,
            folded === 0 ? '' : ` · ${formatCount(folded)} messages from above`,
          ].join('')}
        </span>
      </h3>
      {messages.map((message, index) => (
        <Message key={index} message={message} path={path} />
      ))}
    </div>
  );
}

export function TranscriptView({ trace, revision }: { readonly trace: TraceAnswer; readonly revision: number }) {
  const path = `trace/${encodeURIComponent(trace.id)}/messages`;
  const { answer, fault } = useAnswer<TranscriptAnswer>(
    path,
    { offset: String(pageOffset()), limit: String(PAGE) },
    revision,
  );
  if (fault !== undefined)
    return (
      <p class="fault" role="alert">
        {fault.message}
      </p>
    );
  if (answer === undefined) return <p class="summary">Reading…</p>;
  const { turns, offset, total, missing } = answer;
  if (total === 0) {
    return (
      <div class="empty">
        <h2>No messages</h2>
        <p>No line of this trace has messages. A tracer with the capture mode “off” or “metadata” writes none.</p>
      </div>
    );
  }
  return (
    <section class="transcript">
      <h2 class="unseen">Transcript</h2>
      <div class="bar-line">
        <PageTurner
          unit="Turns"
          offset={offset}
          count={turns.length}
          total={total}
          note={missing > 0 ? ` · ${formatCount(missing)} messages are not in the log` : ''}
        />
      </div>
      <div key={offset} class="scroll" tabIndex={0} role="region" aria-label="Conversation of the trace">
        {turns.map((turn) => (
          <Turn key={`${turn.spanId}${turn.side}`} turn={turn} path={path} />
        ))}
      </div>
    </section>
  );
}
