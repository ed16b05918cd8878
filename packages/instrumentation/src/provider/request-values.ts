/** Values of a model request that providers spell in several ways. */

import { list, text, type ToolDefinition } from '@spanline/record';

/** Stop sequences of a request: a string, or a list of them. */
export function stopSequences(stop: unknown): readonly string[] | undefined {
  if (typeof stop === 'string') return [stop];
  return Array.isArray(stop) && stop.length > 0 ? stop.map(String) : undefined;
}

/** A tool that a model was offered, taken out of its provider's wrapping. */
export interface OfferedTool {
  /** @defaultValue `function` */
  readonly type?: unknown;
  /** @defaultValue the type: a tool that the provider runs itself has no name */
  readonly name?: unknown;
  readonly description?: unknown;
  /** JSON schema. */
  readonly parameters?: unknown;
}

/**
 * The tools of a request as `gen_ai.tool.definitions`.
 *
 * @param unwrap - takes one entry of the list out of the provider's wrapping
 * @returns `undefined` if there are none
 */
export function toolDefinitions(
  tools: unknown,
  unwrap: (tool: unknown) => OfferedTool | readonly OfferedTool[],
): ToolDefinition[] | undefined {
  const offered = list(tools);
  if (offered.length === 0) return undefined;
  return offered.flatMap(unwrap).map(({ type, name, description, parameters }) => {
    const described = text(description);
    return {
      type: text(type) ?? 'function',
      name: text(name) ?? text(type) ?? '',
      ...(described === undefined ? {} : { description: described }),
      ...(parameters === undefined ? {} : { parameters }),
    };
  });
}
