import type { ToolDefinition } from '@spanline/core';
import { type Bag, bag, text } from '@spanline/instrumentation';
import { first } from '../objects/first.ts';

/** Unwraps one entry: Google lists several tools in one, OpenAI and Amazon wrap each. */
function unwrapTool(tool: unknown): Bag[] {
  const outer = bag(tool);
  const { functionDeclarations: declarations, function: openai, toolSpec: amazon } = outer;
  if (Array.isArray(declarations)) return declarations.map(bag);
  return [bag(first(openai, amazon, outer))];
}

/** The JSON Schema of the parameters. A validator object (zod) is not one. */
function parametersOf(tool: Bag): unknown {
  const { parameters, input_schema: anthropic, inputSchema: amazon, schema } = tool;
  const found = first(parameters, anthropic, bag(amazon)['json'], schema);
  return '_def' in bag(found) || '_zod' in bag(found) ? undefined : found;
}

/**
 * The tools offered to the model, in any provider's wrapping. A tool that the provider runs has a type of its own; if
 * it has no name, the type is its name.
 */
export function toolDefinitions(tools: unknown): ToolDefinition[] | undefined {
  if (!Array.isArray(tools) || tools.length === 0) return undefined;
  return tools.flatMap(unwrapTool).map((tool) => {
    const description = text(tool['description']);
    const name = text(tool['name']);
    const parameters = parametersOf(tool);
    const type = text(tool['type']) ?? (name === undefined ? Object.keys(tool)[0] : undefined) ?? 'function';
    return {
      type: type === 'custom' ? 'function' : type,
      name: name ?? type,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
    };
  });
}
