/** The line above the waterfall: a search inside the trace, and what is shown. */

import { formatCount } from '../format.ts';
import type { View } from './rows.ts';

interface WaterfallBarProps {
  readonly words: string;
  /** Spans that have the words. */
  readonly found: number;
  readonly onWords: (words: string) => void;
  /** Goes to the next span that has the words. */
  readonly onNext: () => void;
  /** Lines of the application. */
  readonly lines: number;
  readonly view: View;
  readonly onEvents: () => void;
  readonly onCollapse: () => void;
}

export function WaterfallBar({ words, found, onWords, onNext, lines, view, onEvents, onCollapse }: WaterfallBarProps) {
  return (
    <div class="bar-line">
      <input
        type="search"
        aria-label="Search inside this trace"
        placeholder="Search inside this trace"
        value={words}
        onInput={(event) => onWords(event.currentTarget.value)}
        onKeyDown={({ key }) => {
          if (key === 'Enter' && words !== '') onNext();
        }}
      />
      {words !== '' && (
        <span class="note" role="status">
          {formatCount(found)} found
        </span>
      )}
      <span class="space" />
      {lines > 0 && (
        <button type="button" class="quiet" aria-pressed={view.showsEvents} onClick={onEvents}>
          Log lines ({formatCount(lines)})
        </button>
      )}
      <button type="button" class="quiet" onClick={onCollapse}>
        {view.collapsed.size > 0 ? 'Expand all' : 'Collapse'}
      </button>
    </div>
  );
}
