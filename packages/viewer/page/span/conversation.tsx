/** Messages as a conversation. */

import { useState } from 'preact/hooks';
import type { MessageAnswer, PartAnswer } from '../../src/contract/index.ts';
import { LongText } from '../ui/long-text.tsx';

function title(part: PartAnswer): string {
  if (part.type === 'tool_call') return `calls ${part.name}`;
  if (part.type === 'tool_result') return 'result';
  if (part.type === 'reasoning') return 'thinks';
  return part.type === 'other' ? part.name : '';
}

function Part({ part, path }: { readonly part: PartAnswer; readonly path: string }) {
  const name = title(part);
  return (
    <div class={`part p-${part.type}`}>
      {name !== '' && (
        <p class="part-name">
          {name}
          {'id' in part && part.id !== undefined && <span class="mono note"> {part.id}</span>}
        </p>
      )}
      <LongText
        text={part.text}
        path={path}
        mono={part.type === 'tool_call' || part.type === 'tool_result' || part.type === 'other'}
      />
    </div>
  );
}

/** One message of a conversation. */
export function Message({ message, path }: { readonly message: MessageAnswer; readonly path: string }) {
  return (
    <article class={`message r-${message.role}`}>
      <h4>
        {message.role}
        {message.finishReason !== undefined && <span class="note"> · {message.finishReason}</span>}
      </h4>
      {message.parts.map((part, index) => (
        <Part key={index} part={part} path={path} />
      ))}
    </article>
  );
}

interface ConversationProps {
  readonly input: readonly MessageAnswer[];
  readonly output: readonly MessageAnswer[];
  /** Messages of the input that repeat earlier calls. */
  readonly history: number;
  readonly path: string;
}

export function Conversation({ input, output, history, path }: ConversationProps) {
  const [showsHistory, setShowsHistory] = useState(false);
  const folded = showsHistory || history < 2 ? 0 : history;
  return (
    <>
      {folded > 0 && (
        <button type="button" class="more" onClick={() => setShowsHistory(true)}>
          Show {folded} messages of earlier calls
        </button>
      )}
      {input.slice(folded).map((message, index) => (
        <Message key={`i${index}`} message={message} path={path} />
      ))}
      {output.map((message, index) => (
        <Message key={`o${index}`} message={message} path={path} />
      ))}
    </>
  );
}
