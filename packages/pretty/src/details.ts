import type { SpanRecord } from '@spanline/record';
import { type CostBound, formatAmount, formatBoundedCost, formatCount, formatDuration } from './format.ts';
import { printable } from './printable.ts';
import type { Glyphs, Piece, Tone } from './style.ts';

const TEXT_LIMIT = 120;
/** Finish reasons of whole answers, in the words of all providers. They are not printed. */
const USUAL_FINISH: ReadonlySet<string> = new Set([
  'stop',
  'completed',
  'tool_calls',
  'function_call',
  'tool-calls',
  'end_turn',
  'tool_use',
  'stop_sequence',
  'endTurn',
  'toolUse',
  'stopSequence',
  'STOP',
  'COMPLETE',
  'TOOL_CALL',
  'STOP_SEQUENCE',
  'FINISH',
]);

type Add = (text: string, tone?: Tone) => void;

/** `1532→287 tok`, with a tilde if the tokens were counted locally. */
export function tokensText(input: number | undefined, output: number | undefined, glyphs: Glyphs): string {
  const side = (count: number | undefined): string => (count === undefined ? '?' : formatCount(count));
  return output === undefined ? `${side(input)} tok` : `${side(input)}${glyphs.arrow}${side(output)} tok`;
}

function addHttp(record: SpanRecord, add: Add): void {
  const status = record['http.response.status_code'];
  if (status !== undefined) add(String(status), status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green');
}

/** Reasons for which the bill can only be higher. */
const AT_LEAST: ReadonlySet<string> = new Set(['unknown_usage', 'unpriced_unit', 'incomplete_usage']);

/** How the cost on a span's line may differ from the bill. */
export function boundOf(record: SpanRecord): CostBound {
  if (record['spanline.cost.exact'] !== false) return 'exact';
  return AT_LEAST.has(record['spanline.cost.reason'] ?? '') ? 'least' : 'about';
}

function addUsage(record: SpanRecord, glyphs: Glyphs, add: Add): void {
  const { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output } = record;
  if (input !== undefined || output !== undefined) {
    const about = record['spanline.usage.source'] === 'estimated' ? '~' : '';
    add(about + tokensText(input, output, glyphs));
  }
  const cost = record['spanline.cost.usd'];
  if (cost !== undefined) add(formatBoundedCost(cost, boundOf(record), glyphs));
  const first = record['gen_ai.response.time_to_first_chunk'];
  if (first !== undefined) add(`ttft ${formatDuration(first * 1000)}`);
  const cached = record['gen_ai.usage.cache_read.input_tokens'];
  if (cached !== undefined && cached > 0) add(`${formatCount(cached)} cached`);
  const searches = record['spanline.usage.web_searches'];
  if (searches !== undefined) add(`${formatCount(searches)} web search${searches === 1 ? '' : 'es'}`);
}

function addModel(record: SpanRecord, name: string, add: Add): void {
  const model = printable(record['gen_ai.request.model'] ?? record['gen_ai.response.model'], TEXT_LIMIT);
  if (model !== '' && !name.includes(model)) add(model, 'magenta');
}

function scores(record: SpanRecord): string {
  const { 'spanline.retrieval.score_min': min, 'spanline.retrieval.score_max': max } = record;
  if (min === undefined || max === undefined) return '';
  return min === max ? ` ${max.toFixed(2)}` : ` ${min.toFixed(2)}-${max.toFixed(2)}`;
}

function addRetrieval(record: SpanRecord, glyphs: Glyphs, add: Add): void {
  const count = record['spanline.retrieval.count'];
  const before = record['spanline.rerank.input_count'];
  if (count !== undefined) {
    const from = before === undefined ? '' : `${formatCount(before)}${glyphs.arrow}`;
    add(`${from}${formatAmount(count, 'doc')}${scores(record)}`, count === 0 ? 'yellow' : 'plain');
  }
  const inputs = record['spanline.embeddings.input_count'];
  if (inputs !== undefined && inputs !== 1) add(formatAmount(inputs, 'input'));
  const rows = record['db.response.returned_rows'];
  if (rows !== undefined) add(formatAmount(rows, 'row'));
  const results = record['spanline.search.results'];
  if (results !== undefined) add(formatAmount(results, 'result'));
}

function addOddities(record: SpanRecord, add: Add): void {
  const { 'spanline.retry.attempt': attempt, 'spanline.guardrail.action': action } = record;
  if (attempt !== undefined && attempt > 1) add(`retry ${attempt - 1}`, 'yellow');
  if (record['spanline.cache.hit'] === true) add('cache hit', 'green');
  if (action !== undefined) add(printable(action, TEXT_LIMIT), 'yellow');
  for (const reason of new Set(record['gen_ai.response.finish_reasons']?.slice(0, 4))) {
    if (!USUAL_FINISH.has(reason)) add(printable(reason, TEXT_LIMIT), 'yellow');
  }
}

/**
 * The details behind a span's bar, the most important first: a status other than ok, HTTP status, model (unless it is
 * part of the name), tokens, cost, time to first token, documents, and anything unusual.
 */
export function detailsOf(record: SpanRecord, glyphs: Glyphs): readonly Piece[] {
  const details: Piece[] = [];
  const add: Add = (text, tone = 'plain') => {
    if (text !== '') details.push({ text, tone });
  };
  const status = record['span.status'] ?? 'ok';
  if (status === 'error' && record['spanline.error.propagated'] === true)
    add(printable(record['error.type'], TEXT_LIMIT), 'red');
  if (status !== 'ok' && status !== 'error') add(printable(status, TEXT_LIMIT), 'yellow');
  addHttp(record, add);
  addModel(record, record['span.name'] ?? '', add);
  addUsage(record, glyphs, add);
  addRetrieval(record, glyphs, add);
  addOddities(record, add);
  return details;
}
