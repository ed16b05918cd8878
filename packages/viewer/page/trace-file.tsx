/** The page of one trace in a file: the trace page over answers that stand in the file. Nothing is asked for. */

import { render } from 'preact';
import type { FileAnswers } from '../src/contract/index.ts';
import { answerFrom } from './ask.ts';
import { route, show } from './route.ts';
import { TracePage } from './trace/trace-page.tsx';

const data = document.querySelector('#answers')?.textContent ?? '{}';
const { id, answers } = JSON.parse(data) as FileAnswers;
answerFrom((path) => (Object.hasOwn(answers, path) ? answers[path] : undefined));

/** Every address of the file is that of its trace. */
function toTrace(): void {
  if (route.value.page === 'trace' && route.value.id === id) return;
  show({ page: 'trace', id, parameters: {} }, true);
}

toTrace();
addEventListener('hashchange', toTrace);
const root = document.querySelector('#app');
if (root !== null) render(<TracePage />, root);
