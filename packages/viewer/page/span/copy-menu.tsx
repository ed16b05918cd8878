/** Copies of a span: JSON, Markdown for a prompt, a request, a test case. */

import { useState } from 'preact/hooks';
import type { CopyAnswer } from '../../src/contract/index.ts';
import { ask, AskError } from '../ask.ts';

const KINDS = [
  ['json', 'JSON'],
  ['markdown', 'Markdown, 4,000 tokens'],
  ['curl', 'curl'],
  ['test', 'vitest case'],
] as const;
/** Tokens of the Markdown. */
const TOKENS = 4000;
const SHOWN_MS = 1500;

export function CopyMenu({ path }: { readonly path: string }) {
  const [said, setSaid] = useState('');
  const say = (text: string): void => {
    setSaid(text);
    setTimeout(() => setSaid(''), SHOWN_MS);
  };
  async function copy(kind: string): Promise<void> {
    try {
      const { text } = await ask<CopyAnswer>(`${path}/copy`, { as: kind, tokens: TOKENS });
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch (error) {
      say(error instanceof AskError && error.status === 404 ? 'Only for model calls' : 'Not copied');
    }
  }
  return (
    <>
      <span class="note" role="status">
        {said}
      </span>
      <select
        class="copy"
        aria-label="Copy the span"
        value=""
        onChange={(event) => {
          void copy(event.currentTarget.value);
          event.currentTarget.value = '';
        }}
      >
        <option value="" disabled hidden>
          Copy
        </option>
        {KINDS.map(([kind, name]) => (
          <option key={kind} value={kind}>
            {name}
          </option>
        ))}
      </select>
    </>
  );
}
