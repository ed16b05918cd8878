/** Traces as a data set: those that were chosen, or the first ones of the list. */

import { useState } from 'preact/hooks';
import type { DatasetAnswer } from '../../src/contract/index.ts';
import { ask } from '../ask.ts';
import { formatCount } from '../format.ts';
import { route, scope } from '../route.ts';
import { download } from '../ui/download.ts';
import { chosen, chosenLines } from './chosen.ts';

const firstLines = (): Promise<DatasetAnswer> =>
  ask<DatasetAnswer>('dataset', { ...scope(), order: route.value.parameters['order'] ?? '' });

const save = ({ text }: DatasetAnswer): void => download('dataset.ndjson', text, 'application/x-ndjson');
const copy = ({ text }: DatasetAnswer): Promise<void> => navigator.clipboard.writeText(text);

export function DatasetButton() {
  const [said, setSaid] = useState('');
  const hasChosen = chosen.value.size > 0;
  async function hand(to: (lines: DatasetAnswer) => unknown, done: string): Promise<void> {
    setSaid('Reading…');
    try {
      const lines = await (hasChosen ? chosenLines() : firstLines());
      await to(lines);
      setSaid(`${done} ${formatCount(lines.count)}`);
    } catch {
      setSaid(`Not ${done.toLowerCase()}`);
    }
  }
  return (
    <>
      <span class="note" role="status">
        {said === '' && hasChosen ? `${formatCount(chosen.value.size)} chosen` : said}
      </span>
      {hasChosen && (
        <>
          <button type="button" class="quiet" onClick={() => void hand(copy, 'Copied')}>
            Copy
          </button>
          <button type="button" class="quiet" onClick={() => (chosen.value = new Set())}>
            Choose none
          </button>
        </>
      )}
      <button
        type="button"
        class="quiet"
        title={`${hasChosen ? 'The chosen traces' : 'The first 500 traces of this list'} as NDJSON: input, output, scores`}
        onClick={() => void hand(save, 'Saved')}
      >
        Save as data set
      </button>
    </>
  );
}
