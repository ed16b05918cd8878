/** A score of a trace or span: good or bad, a label, a comment. */

import { useState } from 'preact/hooks';
import type { Annotation } from '../src/contract/index.ts';
import { annotate, AskError } from './ask.ts';

const NAME = 'quality';

interface ScoreFormProps {
  readonly traceId: string;
  readonly spanId?: string;
  readonly onSaved?: () => void;
}

/** Saves a score. @returns why it was not saved; empty if it was */
export async function save(score: Annotation): Promise<string> {
  try {
    await annotate(score);
    return '';
  } catch (error) {
    return error instanceof AskError ? error.message : String(error);
  }
}

export function ScoreForm({ traceId, spanId, onSaved }: ScoreFormProps) {
  const [name, setName] = useState(NAME);
  const [label, setLabel] = useState('');
  const [comment, setComment] = useState('');
  const [said, setSaid] = useState('');
  async function send(value?: number): Promise<void> {
    const texts = { ...(label === '' ? {} : { label }), ...(comment === '' ? {} : { comment }) };
    const place = { traceId, ...(spanId === undefined ? {} : { spanId }) };
    const fault = await save({ ...place, name, ...(value === undefined ? {} : { value }), ...texts });
    setSaid(fault === '' ? 'Saved' : fault);
    if (fault !== '') return;
    setLabel('');
    setComment('');
    onSaved?.();
  }
  return (
    <form
      class="score-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label>
        Name <input value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        Label <input value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
      </label>
      <label class="wide">
        Comment <input id="comment" value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
      </label>
      <button type="button" onClick={() => void send(1)}>
        Good
      </button>
      <button type="button" onClick={() => void send(0)}>
        Bad
      </button>
      <button type="submit" disabled={label === '' && comment === ''}>
        Save text
      </button>
      <span class="note" role="status">
        {said}
      </span>
    </form>
  );
}
