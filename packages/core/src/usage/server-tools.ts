/** Server tools that are billed by the call and that only the content of an answer shows, or its model. */
import { type BilledUnit, type BilledUnits, isObject, list, props, type Props, text } from '@spanline/record';

/** Counts and prices of the server tools that an answer shows. */
export interface ServerTools {
  readonly units: BilledUnits;
  /** Paths of what was used and has a price that the answer does not show. */
  readonly unknown: readonly string[];
}

/**
 * OpenAI's Responses API: searches of the web and of files cost by the call, a container of the code interpreter by the
 * session. Opening a page that was found is free (https://developers.openai.com/api/docs/guides/tools-web-search).
 */
function addItems(tools: BilledUnits, items: readonly unknown[]): void {
  const add = (unit: BilledUnit): void => void (tools[unit] = (tools[unit] ?? 0) + 1);
  const containers = new Set<unknown>();
  for (const item of items) {
    if (!isObject(item)) continue;
    const { type, action, container_id: container, id } = item as Record<string, unknown>;
    if (type === 'web_search_call') {
      const kind = text(props(action)['type']);
      if (kind === undefined || kind === 'search') add('web_searches');
    } else if (type === 'file_search_call') add('storage_searches');
    else if (type === 'image_generation_call') add('image_generations');
    else if (type === 'code_interpreter_call') containers.add(container ?? id);
  }
  if (containers.size > 0) tools.code_executions = containers.size;
}

/** Keys of the metadata of Google's searches: its own, LangChain's, and that of the LiteLLM proxy. */
const GROUNDINGS: readonly string[] = ['groundingMetadata', 'grounding_metadata', 'vertex_ai_grounding_metadata'];

/** True for a key that holds the metadata of Google's searches. */
export const isGroundingKey = (key: string): boolean => GROUNDINGS.includes(key);

/** Queries of Google's searches whose price is another one. */
const OTHER_QUERIES = ['retrievalQueries', 'imageSearchQueries'] as const;

/**
 * Google bills each unique query from Gemini 3 on, and before that each prompt that was grounded. Empty queries are
 * free (https://ai.google.dev/gemini-api/docs/pricing, https://ai.google.dev/gemini-api/docs/google-search). The chunks
 * of a stream repeat them.
 */
function addGrounding(
  tools: BilledUnits,
  unknown: string[],
  groundings: readonly Props[],
  model: string | undefined,
): void {
  const queries = new Set<unknown>();
  const note = (path: string): void => void (unknown.includes(path) || unknown.push(path));
  for (const grounding of groundings) {
    for (const query of list(grounding['webSearchQueries'])) if (text(query) !== undefined) queries.add(query);
    for (const key of OTHER_QUERIES) if (list(grounding[key]).length > 0) note(`groundingMetadata.${key}`);
    const isOnMap = list(grounding['groundingChunks']).some((chunk) => isObject(props(chunk)['maps']));
    if (isOnMap) note('groundingMetadata.groundingChunks.maps');
  }
  if (queries.size > 0) tools.web_searches = /gemini-[12](?:\.|-|$)/.test(model ?? '') ? 1 : queries.size;
}

const NOTHING: readonly Props[] = [];

/** Most answers are not Google's. */
function isGrounded(answer: object): boolean {
  for (const key in answer) if (key === 'candidates' || isGroundingKey(key)) return true;
  return false;
}

/** The metadata of all searches of an answer: beside its candidates, or in them. */
function groundingsOf(answer: Props): readonly Props[] {
  const { candidates } = answer;
  const holders = Array.isArray(candidates) ? candidates.map(props) : NOTHING;
  return [answer, ...holders].flatMap((holder) =>
    GROUNDINGS.flatMap((key) => (Array.isArray(holder[key]) ? list(holder[key]) : [holder[key]])).filter(isObject),
  ) as Props[];
}

/** Models that search for each answer and do not count their searches: `gpt-4o-search-preview`. */
const SEARCHES = /^(?:openai\/)?gpt-[\w.-]*-search-(?:preview|api)/;

/**
 * The preview of OpenAI's search has a higher price for models that do not reason, and their content is free
 * (https://developers.openai.com/api/docs/pricing).
 */
export const isPreview = (tool: unknown): boolean =>
  text(props(tool)['type'])?.startsWith('web_search_preview') === true;
export const NO_REASONING = /^(?:openai\/)?(?:gpt-[34]|chatgpt-4)/;

/**
 * Counts the billed calls of server tools in an answer's content.
 *
 * @returns `undefined` for an answer without any
 */
export function serverTools(answer: object, model: string | undefined): ServerTools | undefined {
  const { output, tools, search_context_size: size } = answer as Props;
  const units: BilledUnits = {};
  const unknown: string[] = [];
  if (Array.isArray(output)) addItems(units, output);
  if (isGrounded(answer)) addGrounding(units, unknown, groundingsOf(answer as Props), model);
  if (
    Array.isArray(tools) &&
    units.web_searches !== undefined &&
    tools.some(isPreview) &&
    NO_REASONING.test(model ?? '')
  )
    unknown.push('web_search_preview');
  // Perplexity's price of a request depends on it.
  if (typeof size === 'string') unknown.push('search_context_size');
  if (unknown.length > 0) return { units, unknown };
  for (const _ in units) return { units, unknown };
  return undefined;
}

/** True for a model whose searches no answer counts. */
export const hidesSearches = (model: string | undefined): boolean => model !== undefined && SEARCHES.test(model);
