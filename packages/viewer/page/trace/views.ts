/** The views of a trace. The first one is shown where the address names none. */

import { change, route } from '../route.ts';

export const VIEWS = [
  { name: 'spans', title: 'Spans' },
  { name: 'graph', title: 'Graph' },
  { name: 'transcript', title: 'Transcript' },
  { name: 'figure', title: 'Figure' },
  { name: 'chain', title: 'Chain' },
] as const;

export type TraceView = (typeof VIEWS)[number]['name'];

/** The view of the address. */
export const viewNow = (): TraceView =>
  VIEWS.find(({ name }) => name === route.value.parameters['view'])?.name ?? VIEWS[0].name;

/** Keys of the views: `1` shows the first one. */
export const VIEW_KEYS: Readonly<Record<string, () => void>> = Object.fromEntries(
  VIEWS.map(({ name }, index) => [
    String(index + 1),
    () => change({ view: index === 0 ? '' : name, at: '', with: '' }),
  ]),
);
