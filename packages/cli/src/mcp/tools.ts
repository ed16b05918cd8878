/** The tools of `spanline mcp`. Each asks one command; a tool's arguments are the flags of the command. */

import { z } from 'zod';
import { errors } from '../ask/errors.ts';
import { ls } from '../ask/ls.ts';
import { CONTENT_KINDS } from '../ask/show/contents.ts';
import { show } from '../ask/show/show.ts';
import { stats } from '../ask/stats.ts';
import { diff } from '../why/diff.ts';
import { explain } from '../why/explain.ts';
import { defineTool, limit, numeral, type Tool, word } from './define-tool.ts';

const MEASURES = ['slow', 'slow-start', 'expensive', 'tokens', 'failing', 'low', 'high'] as const;

/** All tools. */
export const TOOLS: readonly Tool[] = [
  defineTool('list_traces', 'Lists traces, the newest first.', { limit }, (args) => ({
    command: ls,
    flags: { limit: numeral(args.limit) },
  })),
  defineTool(
    'get_trace',
    'Shows the traces of an id as trees, and the content of their spans.',
    {
      id: word.describe('id of a trace, request, span, session or user'),
      content: z.array(z.enum(CONTENT_KINDS)).optional().describe('kinds of content that follow the tree'),
      limit,
    },
    ({ id, content = [], limit: most }) => ({
      command: show,
      words: [id],
      flags: { limit: numeral(most), ...Object.fromEntries(content.map((kind) => [kind, true])) },
    }),
  ),
  defineTool(
    'stats',
    'Figures of steps: count, errors, p50, p95, p99, self time, tokens, cost, time to the first token.',
    {
      by: z.array(word).min(1).optional().describe('fields instead of steps: model, route, user, prompt.version'),
      limit,
    },
    ({ by, limit: most }) => ({ command: stats, flags: { by, limit: numeral(most) } }),
  ),
  defineTool(
    'explain',
    'Says what slow, expensive, failing or badly scored traces have in common. Give an alert, or a measure and its subject.',
    {
      alert: word.optional().describe('key of an incident, id of an alert line, or name of a rule'),
      measure: z.enum(MEASURES).optional().describe('what is bad; low and high are about scores'),
      subject: word.optional().describe('the step ("requests" for requests), or the score for low and high'),
      step: word.optional().describe('step of the spans with the score'),
      over: word.optional().describe('bad means beyond this value: 2s, $0.05, 4k, 0.7'),
    },
    ({ alert, measure, subject, step, over }) => ({
      command: explain,
      words: alert === undefined ? [] : [alert],
      flags: { step, over, ...(measure === undefined ? {} : { [measure]: subject ?? 'requests' }) },
    }),
  ),
  defineTool(
    'find_similar_failures',
    'Groups errors by fingerprint: class, step and message without ids and numbers. With an id, groups like its errors.',
    {
      like: word.optional().describe('id of a trace, request, span, session or user, or fingerprint of a group'),
      limit,
    },
    ({ like, limit: most }) => ({ command: errors, flags: { like, limit: numeral(most) } }),
  ),
  defineTool(
    'compare',
    'Compares two traces, the log before and after a time, or the two sources of the server.',
    {
      traces: z.array(word).length(2).optional().describe('ids of two traces, spans or requests'),
      before: word.optional().describe('the first side ends at this time'),
      after: word.optional().describe('the second side begins at this time (where the first ends)'),
      all: z.boolean().optional().describe('figures without a change, too'),
    },
    ({ traces = [], before, after, all }) => ({
      command: diff,
      words: traces,
      flags: { before, after, all: all === true ? true : undefined },
    }),
  ),
];
