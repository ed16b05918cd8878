/** The filter and the time range, for all pages. Names of fields are completed. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { change, route } from './route.ts';

const RANGES: readonly (readonly [string, string])[] = [
  ['', 'All time'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
];

/** The word before the end of a text, if it may be the start of a field's name. */
const lastWord = (text: string): string => /(?:^|[\s(])-?([\w.]+)$/.exec(text)?.[1] ?? '';

function Completions({
  text,
  fields,
  onChoose,
}: {
  readonly text: string;
  readonly fields: readonly string[];
  readonly onChoose: (name: string) => void;
}) {
  const word = lastWord(text);
  const found = word === '' ? [] : fields.filter((name) => name.startsWith(word) && name !== word).slice(0, 8);
  if (found.length === 0) return null;
  return (
    <ul class="completions" aria-label="Fields">
      {found.map((name) => (
        <li key={name}>
          <button
            type="button"
            onMouseDown={(event) => {
              event.preventDefault();
              onChoose(name);
            }}
          >
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function FilterBar({ fields }: { readonly fields: readonly string[] }) {
  const { parameters } = route.value;
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(parameters['filter'] ?? '');
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setText(parameters['filter'] ?? ''), [parameters['filter']]);
  const between = parameters['from'] ? `${parameters['from']} – ${parameters['to'] ?? ''}` : '';
  const choose = (name: string): void => setText(`${text.slice(0, text.length - lastWord(text).length)}${name}:`);
  return (
    <form
      class="filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setOpen(false);
        change({ filter: text.trim() });
      }}
    >
      <div class="filter-input">
        <input
          id="filter"
          ref={input}
          type="search"
          autocomplete="off"
          spellcheck={false}
          aria-label="Filter"
          placeholder='Filter: type:llm model:gpt-4o* duration>2s status:error "free text"'
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setOpen(true);
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={(event) => {
            const word = lastWord(text);
            const first = word === '' ? undefined : fields.find((name) => name.startsWith(word) && name !== word);
            if (event.key === 'Escape') setOpen(false);
            if (event.key !== 'Tab' || event.shiftKey || !isOpen || first === undefined) return;
            event.preventDefault();
            choose(first);
          }}
        />
        {isOpen && <Completions text={text} fields={fields} onChoose={choose} />}
      </div>
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
    </form>
  );
}
