/** Tools that a model is offered, in the words of Amazon and of the makers. */

import { type OfferedTool, type Props, props, toolDefinitions } from '@spanline/instrumentation';

/** A tool with its schema, one that the service runs itself, or a mark of the cache. */
function unwrapTool(tool: unknown): readonly OfferedTool[] {
  const { toolSpec, systemTool } = props(tool);
  const { name, description, inputSchema } = props(toolSpec);
  if (toolSpec !== undefined) return [{ name, description, parameters: props(inputSchema)['json'] }];
  return systemTool === undefined ? [] : [{ type: 'system_tool', name: props(systemTool)['name'] }];
}

/** A tool of Anthropic, whose own tools have a dated type, of OpenAI or Mistral, or of Cohere. */
function unwrapMakerTool(tool: unknown): OfferedTool {
  const { type, function: called, ...rest } = props(tool);
  const {
    name,
    description,
    input_schema: schema,
    parameters,
    parameter_definitions: definitions,
  } = props(called ?? rest);
  return {
    type: type === 'custom' ? undefined : type,
    name,
    description,
    parameters: schema ?? parameters ?? definitions,
  };
}

/** Tools of `Converse`, and of Amazon's own models. */
export const converseTools = ({ toolConfig }: Props): ReturnType<typeof toolDefinitions> =>
  toolDefinitions(props(toolConfig)['tools'], unwrapTool);

/** Tools in the body of `InvokeModel`. */
export const makerTools = (body: Props): ReturnType<typeof toolDefinitions> =>
  toolDefinitions(body['tools'], unwrapMakerTool) ?? converseTools(body);
