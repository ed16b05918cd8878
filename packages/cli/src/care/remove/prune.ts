/** `spanline prune`: removes lines that are older than a number of days. */

import { parseFilter } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { fail } from '../../fail.ts';
import { eachLine } from './plan.ts';
import { defineRemoval } from './removal.ts';

const HELP = `spanline prune --days N [source…]

Removes the lines that are older than N days. A trace that began before and ended within a day after that time stays
whole. Lines without a time stay. In a cluster, documents of trace screens stay unless --traces names their streams: a
stream may hold those of several applications.
`;

const DAY_MS = 86_400_000;

const timeOf = (record: SpanRecord): number => Date.parse(record['@timestamp'] ?? '');

/** Runs `spanline prune`. */
export const prune = defineRemoval({
  name: 'prune',
  help: HELP,
  flags: { days: 'text' },
  toRemoval({ days: given = '' }) {
    const days = Number(given);
    if (!(given !== '' && days > 0 && days < 100_000)) fail('--days', 'a number of days, more than 0');
    const cutoff = Date.now() - days * DAY_MS;
    /** Traces with lines on both sides: messages on the later lines may refer to the earlier ones. */
    const young = new Set<string>();
    return {
      by: 'days',
      argument: given,
      async prepare(files, signal) {
        for (const file of files) {
          await eachLine(file, signal, ({ parsed }) => {
            const time = parsed && timeOf(parsed.record);
            const trace = parsed?.record.trace_id;
            if (time !== undefined && trace !== undefined && time >= cutoff && time < cutoff + DAY_MS) young.add(trace);
          });
        }
        return {
          goes: ({ record }) => timeOf(record) < cutoff && !young.has(record.trace_id ?? ''),
          goesBroken: () => false,
          mentions: () => false,
        };
      },
      cluster: {
        traces: 'none',
        filters: () => Promise.resolve([parseFilter(`time<${new Date(cutoff).toISOString()}`)]),
      },
    };
  },
});
