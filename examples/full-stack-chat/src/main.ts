/** Process 1: the web server of the chat. It asks one question and prints the trace. */

import { renderTrace } from '@spanline/core/pretty';
import { converse } from './conversation.ts';

const question = process.argv.slice(2).join(' ') || 'Where is order 7?';
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const { answer, records } = await converse('.', question, { signal: stop.signal });
const asked = records.find((record) => record['span.name'] === 'chat');
console.log(`${question}\n${answer}\n`);
console.log(
  renderTrace(
    records.filter(({ trace_id }) => trace_id === asked?.trace_id),
    {},
  ),
);
if (stop.signal.aborted) process.exitCode = 130;
console.log('npx spanline view web.ndjson api.ndjson shop.ndjson');
