/** The filter and the time range, for all pages. Names of fields and their values are completed. */

import { useEffect, useState } from 'preact/hooks';
import type { ValuesAnswer } from '../src/contract/index.ts';
import { ask } from './ask.ts';
import { formatCount } from './format.ts';
import { quoted } from './lists/conditions.ts';
import { change, go, route, scope } from './route.ts';

const RANGES: readonly (readonly [string, string])[] = [
  ['', 'All time'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
];
const MAX_NAMES = 8;
/** Milliseconds without a key until values are asked for. */
const PAUSE_MS = 120;

/** A text that may stand at the end of the filter. */
interface Completion {
  readonly text: string;
  readonly note?: string;
  /** What it replaces, in characters from the end. */
  readonly replaces: number;
}

/** The word at the end of a filter: a name, or a name and the start of its value. */
function lastWord(text: string): { readonly name: string; readonly value?: string } {
  const { name = '', value } = /(?:^|[\s(])-?(?<name>[\w.]+)(?::"?(?<value>[^\s"]*))?$/.exec(text)?.groups ?? {};
  return value === undefined ? { name } : { name, value };
}

/** A value as it is written in a filter. */
const written = (value: string): string => (/^[\w.\-/]+$/.test(value) ? value : quoted(value));

/** Completions of a filter. Values come from the server. */
function useCompletions(text: string, fields: readonly string[], isOpen: boolean): readonly Completion[] {
  const { name, value } = lastWord(text);
  const [known, setKnown] = useState<{ readonly key: string; readonly values: ValuesAnswer['values'] }>();
  const key = value === undefined ? '' : `${name}:${value}`;
  useEffect(() => {
    if (key === '' || !isOpen) return undefined;
    const left = new AbortController();
    const timer = setTimeout(() => {
      ask<ValuesAnswer>('values', { field: name, prefix: value ?? '' }, left.signal)
        .then(({ values }) => setKnown({ key, values }))
        // Without values there is nothing to complete.
        .catch(() => {});
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [key, isOpen]);
  if (!isOpen) return [];
  if (value === undefined) {
    const found = name === '' ? [] : fields.filter((field) => field.startsWith(name) && field !== name);
    return found.slice(0, MAX_NAMES).map((field) => ({ text: `${field}:`, replaces: name.length }));
  }
  if (known?.key !== key) return [];
  const after = text.slice(text.lastIndexOf(`${name}:`) + name.length + 1).length;
  return known.values.map((row) => ({
    text: `${written(row.value)} `,
    note: formatCount(row.count),
    replaces: after,
  }));
}

/** The field of the filter: a combo box. */
function FilterInput({ fields }: { readonly fields: readonly string[] }) {
  const given = route.value.parameters['filter'] ?? '';
  const [text, setText] = useState(given);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  useEffect(() => setText(given), [given]);
  const found = useCompletions(text, fields, isOpen);
  /** The keyboard moves in the list again. */
  const leave = (): void => document.querySelector<HTMLElement>('.list')?.focus();
  const apply = (): void => {
    setOpen(false);
    leave();
    const filter = text.trim();
    // A trace has no filter: its list does.
    if (route.value.page === 'trace' || route.value.page === 'diff') go('traces', '', { ...scope(), filter });
    else change({ filter });
  };
  const choose = ({ text: end, replaces }: Completion): void => {
    setText(text.slice(0, text.length - replaces) + end);
    setChosen(-1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const completion = found[chosen] ?? (event.key === 'Tab' ? found[0] : undefined);
    if (event.key === 'Escape' && found.length === 0) leave();
    else if (event.key === 'Escape') setOpen(false);
    else if (step !== undefined && found.length > 0) setChosen((chosen + step + found.length + 1) % (found.length + 1));
    else if (event.key === 'Enter' && completion === undefined) apply();
    else if ((event.key === 'Tab' || event.key === 'Enter') && completion !== undefined && !event.shiftKey)
      choose(completion);
    else return;
    event.preventDefault();
  };
  return (
    <div class="filter-input">
      <input
        id="filter"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-label="Filter"
        aria-expanded={found.length > 0}
        aria-controls="completions"
        aria-autocomplete="list"
        aria-activedescendant={found[chosen] === undefined ? undefined : `completion-${chosen}`}
        placeholder='Filter: type:llm model:gpt-4o* duration>2s status:error "free text"'
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setChosen(-1);
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div class="completions" id="completions" role="listbox" aria-label="Completions" hidden={found.length === 0}>
        {found.map((completion, index) => (
          <div
            key={completion.text}
            id={`completion-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(completion);
            }}
          >
            <span>{completion.text}</span>
            {completion.note !== undefined && <span class="note">{completion.note}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

export function FilterBar({ fields }: { readonly fields: readonly string[] }) {
  const { parameters } = route.value;
  const between = parameters['from'] ? `${parameters['from']} – ${parameters['to'] ?? ''}` : '';
  return (
    <div class="filter" role="search">
      <FilterInput fields={fields} />
      {between === '' ? (
        <select
          aria-label="Time range"
          value={parameters['since'] ?? ''}
          onChange={(event) => change({ since: event.currentTarget.value, from: '', to: '' })}
        >
          {RANGES.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      ) : (
        <button type="button" class="quiet" title={between} onClick={() => change({ from: '', to: '' })}>
          Selected time ✕
        </button>
      )}
    </div>
  );
}
