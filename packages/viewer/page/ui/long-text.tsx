/** A text of any length. Only its start is there at first; the rest comes piece by piece, when asked for. */

import { useEffect, useState } from 'preact/hooks';
import type { LongText as Text, TextAnswer } from '../../src/contract.ts';
import { ask } from '../ask.ts';
import { formatCount } from '../format.ts';

/** Characters of one element: a browser lays out short elements fast. */
const BLOCK = 10_000;
/** Characters that are shown before the button. */
const SHORT = 4000;

function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  for (let at = 0; at < text.length; at += BLOCK) blocks.push(text.slice(at, at + BLOCK));
  return blocks;
}

export function LongText({
  text,
  path,
  mono = false,
}: {
  readonly text: Text;
  readonly path: string;
  readonly mono?: boolean;
}) {
  const [shown, setShown] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  useEffect(() => setShown(text.text.slice(0, SHORT)), [text]);
  const length = text.length ?? text.text.length;

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
      {blocksOf(shown).map((block, index) => (
        <span key={index}>{block}</span>
      ))}
      {shown.length < length && (
        <button class="more" type="button" disabled={isBusy} onClick={() => void more()}>
          {isBusy ? 'Reading…' : `Show more (${formatCount(length - shown.length)} characters left)`}
        </button>
      )}
      {fault !== '' && <p class="fault">{fault}</p>}
    </div>
  );
}
