/** Tools that a provider ran and that only the parts of an answer show: those of OpenAI, which cost by the call. */

import { isObject, list, type Props, props, text } from '@spanline/instrumentation';

/** The tools of OpenAI's Responses API, and the items that its answer has for their calls. */
const ITEMS: ReadonlyMap<string | undefined, string> = new Map([
  ['web_search', 'web_search_call'],
  ['web_search_preview', 'web_search_call'],
  ['file_search', 'file_search_call'],
  ['code_interpreter', 'code_interpreter_call'],
  ['image_generation', 'image_generation_call'],
]);

/** Tools of a request have their name and the provider's id, `openai.web_search`. The application may rename a tool. */
function toolIds(tools: unknown): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const entries = Array.isArray(tools)
    ? tools.map((tool) => [text(props(tool)['name']), tool] as const)
    : Object.entries(props(tools));
  for (const [name, tool] of entries) {
    const id = text(props(tool)['id']);
    if (name !== undefined && id?.startsWith('openai.') === true) ids.set(name, id.slice('openai.'.length));
  }
  return ids;
}

function argumentsOf({ input, args }: Props): Props {
  const given = input ?? args;
  if (isObject(given)) return given as Props;
  try {
    return props(JSON.parse(String(given)));
  } catch {
    return {};
  }
}

/**
 * The calls of OpenAI's own tools as the items and tools of its answer. The SDK keeps that answer only if it came
 * whole.
 *
 * @param content - parts of the answer
 * @param tools - tools of the request: a list, or an object by name
 * @returns `undefined` if the answer has none
 */
export function serverItems(content: unknown, tools: unknown): Props | undefined {
  let ids: ReadonlyMap<string, string> | undefined;
  const items = new Map<unknown, Props>();
  const kinds = new Set<string>();
  for (const entry of list(content)) {
    const part = props(entry);
    const { type, toolCallId, toolName, providerExecuted } = part;
    const item = items.get(toolCallId);
    if (type === 'tool-call' && providerExecuted === true) {
      ids ??= toolIds(tools);
      const kind = ids.get(text(toolName) ?? '');
      const itemType = ITEMS.get(kind);
      if (kind === undefined || itemType === undefined) continue;
      kinds.add(kind);
      items.set(toolCallId, { type: itemType, id: toolCallId, container_id: argumentsOf(part)['containerId'] });
    } else if (type === 'tool-result' && item !== undefined) {
      item['action'] = props(part['result'] ?? part['output'])['action'];
    }
  }
  return items.size === 0
    ? undefined
    : { output: [...items.values()], tools: Array.from(kinds, (kind) => ({ type: kind })) };
}
