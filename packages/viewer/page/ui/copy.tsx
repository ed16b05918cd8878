/** A button that copies a text. */

import { useState } from 'preact/hooks';

export function Copy({ label, text }: { readonly label: string; readonly text: () => string }) {
  const [isDone, setDone] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text());
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  }
  return (
    <button class="quiet" type="button" onClick={() => void copy().catch(() => {})}>
      {isDone ? 'Copied' : label}
    </button>
  );
}
