/** The frame of all pages. */

import { useLayoutEffect, useState } from 'preact/hooks';
import type { AboutAnswer } from '../src/contract.ts';
import { FilterBar } from './filter-bar.tsx';
import { Help } from './help.tsx';
import { AlertsPage } from './lists/alerts-page.tsx';
import { ErrorsPage } from './lists/errors-page.tsx';
import { SessionsPage } from './lists/sessions-page.tsx';
import { StepsPage } from './lists/steps-page.tsx';
import { addressOf, change, go, type PageName, route, scope } from './route.ts';
import { TracePage } from './trace/trace-page.tsx';
import { TracesPage } from './traces/traces-page.tsx';
import { useAnswer } from './use-answer.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;

function onEscape(): void {
  const { page, parameters } = route.value;
  if (page === 'trace' && parameters['span']) change({ span: '' }, true);
  else if (page === 'trace') go('traces', '', scope());
}

export function App() {
  const { answer: about } = useAnswer<AboutAnswer>('about');
  const [showsHelp, setShowsHelp] = useState(false);
  const { page } = route.value;
  // Keys work from the first picture on.
  useLayoutEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      '/': () => document.querySelector<HTMLInputElement>('#filter')?.focus(),
      '?': () => setShowsHelp(true),
      t: () => go('traces', '', scope()),
      s: () => go('steps', '', scope()),
      r: () => go('errors', '', scope()),
      a: () => go('alerts', '', scope()),
      Escape: onEscape,
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
      if (action === undefined || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  const link = (name: PageName, text: string) => (
    <a href={addressOf({ page: name, parameters: scope() })} aria-current={page === name ? 'page' : undefined}>
      {text}
    </a>
  );
  return (
    <>
      <header class="top">
        <a class="brand" href="#/traces">
          Spanline
        </a>
        <nav aria-label="Pages">
          {link('traces', 'Traces')}
          {link('steps', 'Steps')}
          {link('errors', 'Errors')}
          {link('sessions', 'Sessions')}
          {link('alerts', 'Alerts')}
        </nav>
        <FilterBar fields={about?.fields ?? []} />
        <span class="source" title={about?.sources.join(', ')}>
          {about?.sources.join(', ')}
        </span>
        <button type="button" class="quiet" aria-label="Keys" onClick={() => setShowsHelp(true)}>
          ?
        </button>
      </header>
      {page === 'traces' && <TracesPage />}
      {page === 'trace' && <TracePage />}
      {page === 'steps' && <StepsPage />}
      {page === 'errors' && <ErrorsPage />}
      {page === 'sessions' && <SessionsPage />}
      {page === 'alerts' && <AlertsPage />}
      {showsHelp && <Help onClose={() => setShowsHelp(false)} />}
    </>
  );
}
