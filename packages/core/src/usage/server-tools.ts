/** Server tools that are billed by the call and that only the content of an answer shows, or its model. */
import { props, type BilledUnit, type BilledUnits, isObject, list, text } from '@spanline/record';
import { isPlain } from './read-counts.ts';

/** Counts and prices of the server tools that an answer shows. */
export interface ServerTools {
  readonly units: BilledUnits;
  /** Paths of what was used and has a price that nobody can tell from the answer. */
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

/**
 * Google bills each query from Gemini 3 on, and before that each prompt that was grounded
 * (https://ai.google.dev/gemini-api/docs/pricing).
 */
function addGrounding(
  tools: BilledUnits,
  unknown: string[],
  groundings: readonly unknown[],
  model: string | undefined,
): void {
  const queries = groundings.flatMap((grounding) => list(props(grounding)['webSearchQueries']));
  const chunks = groundings.flatMap((grounding) => list(props(grounding)['groundingChunks']));
  if (chunks.some((chunk) => isObject(props(chunk)['maps']))) unknown.push('groundingMetadata.groundingChunks.maps');
  if (queries.length > 0) tools.web_searches = /gemini-[12](?:\.|-|$)/.test(model ?? '') ? 1 : queries.length;
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

const PLACES: ReadonlySet<string> = new Set(['output', 'candidates', 'groundingMetadata', 'search_context_size']);

/** Visits the keys that are there: looking for those that are not costs more. Only a plain object shows all of them. */
function mayHaveTools(answer: object): boolean {
  for (const key in answer) if (PLACES.has(key)) return true;
  return !isPlain(answer);
}

/**
 * Counts the billed calls of server tools in an answer's content.
 *
 * @returns `undefined` for an answer without any
 */
export function serverTools(answer: object, model: string | undefined): ServerTools | undefined {
  if (!mayHaveTools(answer)) return undefined;
  const { output, candidates, groundingMetadata, tools, search_context_size: size } = answer as Record<string, unknown>;
  const units: BilledUnits = {};
  const unknown: string[] = [];
  if (Array.isArray(output)) addItems(units, output);
  if (Array.isArray(candidates)) {
    const groundings = candidates.map((candidate) => props(candidate)['groundingMetadata']);
    addGrounding(units, unknown, groundings, model);
  } else if (isObject(groundingMetadata)) addGrounding(units, unknown, [groundingMetadata], model);
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
