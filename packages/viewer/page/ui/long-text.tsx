/** A text of any length. Only its start is there at first; the rest comes piece by piece, when asked for. */

import { useEffect, useState } from 'preact/hooks';
import type { LongText as Text, TextAnswer } from '../../src/contract/index.ts';
import { ask, isFile } from '../ask.ts';
import { formatCount } from '../format.ts';
import { segmentsOf } from './segments.ts';

/** Characters that are shown before the button. */
const SHORT = 4000;

export function LongText({
  text,
  path,
  mono = false,
  used,
}: {
  readonly text: Text;
  readonly path: string;
  readonly mono?: boolean;
  /** Places that an answer has too. */
  readonly used?: readonly (readonly [number, number])[] | undefined;
}) {
  const [shown, setShown] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  useEffect(() => setShown(text.text.slice(0, SHORT)), [text]);
  const length = text.length ?? text.text.length;

  // A file has each text in full once, in its span, and so has the answer of a text without a number.
  const isPart = (isFile() || text.n === undefined) && text.length !== undefined && shown.length >= text.text.length;

  async function more(): Promise<void> {
    if (shown.length < text.text.length) {
      setShown(text.text);
      return;
    }
    setBusy(true);
    try {
      const piece = await ask<TextAnswer>(`${path}/text/${text.n}`, { from: shown.length });
      setShown(shown + piece.text);
      setFault('');
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  }

  return (
    <div class={mono ? 'text mono' : 'text'}>
      {segmentsOf(shown, used).map(({ text: part, kind }, index) =>
        kind === 'used' ? (
          <mark key={index}>{part}</mark>
        ) : (
          <span key={index} class={kind} title={kind === 'redacted' ? 'replaced by redaction' : undefined}>
            {part}
          </span>
        ),
      )}
      {shown.length < length && isPart && (
        <p class="note">{formatCount(length - shown.length)} more characters in its span</p>
      )}
      {shown.length < length && !isPart && (
        <button class="more" type="button" disabled={isBusy} onClick={() => void more()}>
          {isBusy ? 'Reading…' : `Show more (${formatCount(length - shown.length)} characters left)`}
        </button>
      )}
      {fault !== '' && <p class="fault">{fault}</p>}
    </div>
  );
}
