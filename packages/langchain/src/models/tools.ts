import { type Props, props, type OfferedTool, text } from '@spanline/instrumentation';

/** The JSON Schema of the parameters. A validator object (zod) is not one. */
function parametersOf(tool: Props): unknown {
  const { parameters, input_schema: anthropic, inputSchema: amazon, schema } = tool;
  const found = parameters ?? anthropic ?? props(amazon)['json'] ?? schema;
  return '_def' in props(found) || '_zod' in props(found) ? undefined : found;
}

/** A tool that the provider runs has a type of its own, which is also its name if it has none. */
function toOfferedTool(tool: Props): OfferedTool {
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
  const outer = props(entry);
  const { functionDeclarations: declarations, function: openai, toolSpec: amazon } = outer;
  const tools = Array.isArray(declarations) ? declarations.map(props) : [props(openai ?? amazon ?? outer)];
  return tools.map(toOfferedTool);
}
