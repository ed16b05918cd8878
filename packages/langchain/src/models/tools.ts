import { type Bag, bag, type OfferedTool, text } from '@spanline/instrumentation';
import { first } from '../objects/first.ts';

/** The JSON Schema of the parameters. A validator object (zod) is not one. */
function parametersOf(tool: Bag): unknown {
  const { parameters, input_schema: anthropic, inputSchema: amazon, schema } = tool;
  const found = first(parameters, anthropic, bag(amazon)['json'], schema);
  return '_def' in bag(found) || '_zod' in bag(found) ? undefined : found;
}

/** A tool that the provider runs has a type of its own, which is also its name if it has none. */
function toOfferedTool(tool: Bag): OfferedTool {
  const { description } = tool;
  const name = text(tool['name']);
  const type = text(tool['type']) ?? (name === undefined ? Object.keys(tool)[0] : undefined) ?? 'function';
  return {
    type: type === 'custom' ? 'function' : type,
    name: name ?? type,
    description,
    parameters: parametersOf(tool),
  };
}

/** Unwraps one entry of a tool list: Google lists several tools in one, OpenAI and Amazon wrap each. */
export function unwrapTools(entry: unknown): OfferedTool[] {
  const outer = bag(entry);
  const { functionDeclarations: declarations, function: openai, toolSpec: amazon } = outer;
  const tools = Array.isArray(declarations) ? declarations.map(bag) : [bag(first(openai, amazon, outer))];
  return tools.map(toOfferedTool);
}
