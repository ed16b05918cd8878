/** The frame of all pages. */

import { useEffect, useState } from 'preact/hooks';
import { type AboutAnswer, TRACE_GROUPS } from '../src/contract/index.ts';
import { about as known } from './about.ts';
import { QueuePage } from './annotate/queue-page.tsx';
import { ComparePage } from './compare/compare-page.tsx';
import { DiffPage } from './compare/diff-page.tsx';
import { DashboardPage } from './dashboard/dashboard-page.tsx';
import { FilterBar } from './filter-bar.tsx';
import { Help } from './help.tsx';
import { AlertsPage } from './lists/alerts-page.tsx';
import { ErrorsPage } from './lists/errors-page.tsx';
import { StepsPage } from './lists/steps-page.tsx';
import { MapPage } from './map/map-page.tsx';
import { addressOf, change, go, type PageName, route, scope } from './route.ts';
import { TracePage } from './trace/trace-page.tsx';
import { GroupsPage } from './traces/groups-page.tsx';
import { TracesPage } from './traces/traces-page.tsx';
import { useKeys } from './ui/keys.ts';
import { useAnswer } from './use-answer.ts';

function onEscape(): void {
  const { page, parameters } = route.value;
  if (page === 'trace' && parameters['span']) change({ span: '' }, true);
  else if (page === 'trace' || page === 'diff') go('traces', '', scope());
}

export function App() {
  const { answer: about } = useAnswer<AboutAnswer>('about');
  const [showsHelp, setShowsHelp] = useState(false);
  useEffect(() => {
    known.value = about;
  }, [about]);
  const { page, parameters } = route.value;
  const group = parameters['group'] ?? '';
  const isGrouped = TRACE_GROUPS.some((name) => name === group);
  useKeys({
    '/': () => document.querySelector<HTMLInputElement>('#filter')?.focus(),
    '?': () => setShowsHelp(true),
    t: () => go('traces', '', scope()),
    d: () => go('dashboard', '', scope()),
    s: () => go('steps', '', scope()),
    c: () => go('compare', '', scope()),
    r: () => go('errors', '', scope()),
    a: () => go('alerts', '', scope()),
    // In the queue it is the key of the comment.
    ...(page === 'queue' ? {} : { m: () => go('map', '', scope()) }),
    Escape: onEscape,
  });
  const link = (name: PageName, text: string, by = '') => (
    <a
      href={addressOf({ page: name, parameters: { ...scope(), group: by } })}
      aria-current={page === name && (name !== 'traces' || by === group) ? 'page' : undefined}
    >
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
          {link('dashboard', 'Dashboard')}
          {link('steps', 'Steps')}
          {link('compare', 'Compare')}
          {link('errors', 'Errors')}
          {link('traces', 'Sessions', 'session')}
          {link('traces', 'Users', 'user')}
          {link('alerts', 'Alerts')}
          {link('map', 'Map')}
          {about?.canAnnotate === true && link('queue', 'Queue')}
        </nav>
        <FilterBar fields={about?.fields ?? []} />
        <span class="source" title={about?.sources.join(', ')}>
          {about?.sources.join(', ')}
        </span>
        <button type="button" class="quiet" aria-label="Keys" onClick={() => setShowsHelp(true)}>
          ?
        </button>
      </header>
      {page === 'traces' && !isGrouped && <TracesPage />}
      {page === 'traces' && isGrouped && <GroupsPage />}
      {page === 'trace' && <TracePage />}
      {page === 'dashboard' && <DashboardPage />}
      {page === 'steps' && <StepsPage />}
      {page === 'compare' && <ComparePage />}
      {page === 'diff' && <DiffPage />}
      {page === 'errors' && <ErrorsPage />}
      {page === 'alerts' && <AlertsPage />}
      {page === 'map' && <MapPage />}
      {page === 'queue' && <QueuePage />}
      {showsHelp && <Help onClose={() => setShowsHelp(false)} />}
    </>
  );
}
