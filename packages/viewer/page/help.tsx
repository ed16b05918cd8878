/** Keys, shown by `?`. */

import { useEffect, useRef } from 'preact/hooks';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'go to the filter'],
  ['↑ ↓ or k j', 'move in a list'],
  ['Page Up, Page Down, Home, End', 'move far'],
  ['Enter', 'open a trace; the next match of a search'],
  ['← →', 'collapse, expand, go to the parent'],
  ['e', 'next error of a trace'],
  ['1 2 3 4 5', 'spans, graph, transcript, figure, chain of a trace'],
  ['Esc', 'close the span; go back to the list'],
  ['Space', 'choose traces for a data set'],
  ['x', 'choose a trace, then another one: their differences'],
  ['1 0 m j k', 'in the queue: good, bad, comment, next, back'],
  ['t d s c r a m', 'traces, dashboard, steps, compare, errors, alerts, map'],
  ['?', 'this list'],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys</h2>
      <dl class="facts-list">
        {KEYS.map(([key, name]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
