/** The key reference of `docs/span-schema.md`: tables made from the attribute table. */
import { CONTENT } from '../../packages/record/src/schema/attributes/content.ts';
import { CORRELATION, IDENTITY } from '../../packages/record/src/schema/attributes/correlation.ts';
import { ENVELOPE, RESOURCE } from '../../packages/record/src/schema/attributes/envelope.ts';
import { ALERT, SCORE, STATS } from '../../packages/record/src/schema/attributes/events.ts';
import { HTTP } from '../../packages/record/src/schema/attributes/http.ts';
import { REQUEST, RESPONSE, USAGE_AND_COST } from '../../packages/record/src/schema/attributes/model.ts';
import type { AttributeRow, AttributeRows } from '../../packages/record/src/schema/attributes/row.ts';
import { CAPTURE, ERROR, ROLL_UP, SPAN } from '../../packages/record/src/schema/attributes/span.ts';
import {
  EMBEDDINGS,
  MCP,
  PROMPT,
  RETRIEVAL,
  TOOLS_AND_AGENTS,
} from '../../packages/record/src/schema/attributes/steps.ts';
import { UNIT_ROWS } from '../../packages/record/src/schema/attributes/units.ts';

/** The page that holds the reference between two comments. */
export const KEYS_PAGE = 'docs/span-schema.md';

const GROUPS: readonly (readonly [title: string, rows: AttributeRows])[] = [
  ['Envelope', ENVELOPE],
  ['Resource', RESOURCE],
  ['Identity', IDENTITY],
  ['Correlation', CORRELATION],
  ['Span', SPAN],
  ['Error', ERROR],
  ['Request to a model', REQUEST],
  ['Response of a model', RESPONSE],
  ['Usage and cost', USAGE_AND_COST],
  ['Billed units without a name in the conventions', UNIT_ROWS],
  ['Prompt', PROMPT],
  ['Retrieval', RETRIEVAL],
  ['Embeddings', EMBEDDINGS],
  ['Tools and agents', TOOLS_AND_AGENTS],
  ['MCP', MCP],
  ['HTTP', HTTP],
  ['Capture', CAPTURE],
  ['Roll-up, on local roots only', ROLL_UP],
  ['Content', CONTENT],
  ['Score lines', SCORE],
  ['Alert lines', ALERT],
  ['Stats lines', STATS],
];

function rowOf(key: string, { kind, privacy, values, docs }: AttributeRow): string {
  const list = values === undefined ? '' : ` One of ${values.map((value) => `\`${value}\``).join(', ')}.`;
  return `| \`${key}\` | ${kind} | ${privacy} | ${docs}${list} |`;
}

/** A table for each group of keys. */
export function renderKeys(): string {
  return GROUPS.map(([title, rows]) => {
    const lines = Object.entries(rows).map(([key, row]) => rowOf(key, row));
    return [`### ${title}`, '', '| key | kind | privacy | |', '|---|---|---|---|', ...lines].join('\n');
  }).join('\n\n');
}

const nameOr = (spelling: string | undefined): string => (spelling === undefined ? 'same' : `\`${spelling}\``);

/** The keys that a profile renames. */
export function renderSpellings(): string {
  const renamed = GROUPS.flatMap(([, rows]) => Object.entries(rows)).filter(
    ([, { ecs, datadog }]) => ecs !== undefined || datadog !== undefined,
  );
  const lines = renamed.map(([key, { ecs, datadog }]) => `| \`${key}\` | ${nameOr(ecs)} | ${nameOr(datadog)} |`);
  return ['| key | `ecs` | `datadog` |', '|---|---|---|', ...lines].join('\n');
}
