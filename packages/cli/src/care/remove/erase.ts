/** `spanline erase`: removes every line of a user, session or trace. */

import { fail } from '../../fail.ts';
import { clusterFilters } from './cluster-filters.ts';
import { openJournal } from './journal.ts';
import { createOwnership, type Subject } from './ownership.ts';
import { eachLine } from './plan.ts';
import { defineRemoval } from './removal.ts';

const HELP = `spanline erase --user <hash> | --session <id> | --trace <id> [source…]

Removes every line of a user, session or trace: spans, content, scores, and lines of the application with the trace id.
In a trace that several users or sessions share, only the lines that belong to this one go. In a cluster, the documents
of trace screens go with them (--traces all is the default).

  --user hash     the value of user.id, as the log has it
  --session id    the value of session.id
  --trace id      the whole id of a trace
`;

const TRACE_ID = /^[0-9a-f]{32}$/;

function subjectOf(flags: { readonly user?: string; readonly session?: string; readonly trace?: string }): Subject {
  const given = (['user', 'session', 'trace'] as const).flatMap((by) => {
    const id = flags[by];
    return id === undefined ? [] : [{ by, id }];
  });
  const [subject, ...others] = given;
  if (subject === undefined || others.length > 0) fail('id', 'given once: --user, --session or --trace');
  if (subject.by === 'trace' && !TRACE_ID.test(subject.id)) fail('--trace', 'a whole trace id: 32 hexadecimal digits');
  return subject;
}

/** Runs `spanline erase`. */
export const erase = defineRemoval({
  name: 'erase',
  help: HELP,
  flags: { user: 'text', session: 'text', trace: 'text' },
  toRemoval(flags, { env }) {
    const subject = subjectOf(flags);
    const journal = openJournal(subject, env);
    const ownership = createOwnership(subject, journal.read());
    return {
      by: subject.by,
      argument: subject.id,
      async prepare(files, signal) {
        const { findTrace, findShared, addSpan, owns, isNamedIn } = ownership;
        const passes = subject.by === 'trace' ? [findTrace] : [findTrace, findShared, addSpan];
        for (const pass of passes) {
          if (pass === addSpan && !ownership.isShared) continue;
          for (const file of files) {
            await eachLine(file, signal, ({ parsed }) => {
              if (parsed !== undefined) pass(parsed.record);
            });
          }
        }
        return {
          goes: ({ record }) => owns(record),
          goesBroken: isNamedIn,
          mentions: (text) => text.includes(subject.id),
        };
      },
      begin: () => journal.write(ownership.found()),
      end: () => journal.remove(),
      cluster: { traces: 'all', filters: (stores, signal) => clusterFilters(stores, subject, signal) },
    };
  },
});
