/** Server tools that are billed by the call and that only the content of an answer shows. */
import { props, type BilledUnit, type BilledUnits, isObject, list, text } from '@spanline/record';

/** Quantities by unit. */
export type ServerTools = BilledUnits;

/**
 * OpenAI's Responses API: searches of the web and of files cost by the call, a container of the code interpreter by the
 * session. Opening a page that was found is free (https://developers.openai.com/api/docs/guides/tools-web-search).
 */
function addItems(tools: ServerTools, items: readonly unknown[]): void {
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
function addGrounding(tools: ServerTools, candidates: readonly unknown[], model: string | undefined): void {
  const queries = candidates.flatMap((candidate) =>
    list(props(props(candidate)['groundingMetadata'])['webSearchQueries']),
  );
  if (queries.length > 0) tools.web_searches = /gemini-[12](?:\.|-|$)/.test(model ?? '') ? 1 : queries.length;
}

/**
 * Counts the billed calls of server tools in an answer's content.
 *
 * @returns `undefined` for an answer without any
 */
export function serverTools(answer: object, model: string | undefined): ServerTools | undefined {
  const { output, candidates } = answer as Record<string, unknown>;
  if (!Array.isArray(output) && !Array.isArray(candidates)) return undefined;
  const tools: ServerTools = {};
  if (Array.isArray(output)) addItems(tools, output);
  if (Array.isArray(candidates)) addGrounding(tools, candidates, model);
  for (const _ in tools) return tools;
  return undefined;
}
