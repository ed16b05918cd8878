import type { ToolDefinition } from '@spanline/core';
import { type Bag, bag, text } from '@spanline/instrumentation';
import { first } from './first.ts';

/** Tools of one entry: Google lists several in one, OpenAI and Amazon wrap each. */
function unwrapTool(tool: unknown): Bag[] {
  const outer = bag(tool);
  const { functionDeclarations: declarations, function: openai, toolSpec: amazon } = outer;
  if (Array.isArray(declarations)) return declarations.map(bag);
  return [bag(first(openai, amazon, outer))];
}

/** A schema as data; the objects of validators are not that. */
function parametersOf(tool: Bag): unknown {
  const { parameters, input_schema: anthropic, inputSchema: amazon, schema } = tool;
  const found = first(parameters, anthropic, bag(amazon)['json'], schema);
  return '_def' in bag(found) || '_zod' in bag(found) ? undefined : found;
}

/** Tools as the model was offered them, in any provider's wrapping. What a provider runs itself has a type of its own, and is named after it where it has no name. */
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
