/** Settings of a model call as attributes. */

import type { SpanAttributes } from '@spanline/core';
import {
  conditionsOf,
  generationSettings,
  isObject,
  memoize,
  type OfferedTool,
  type Props,
  props,
  providerOf,
  text,
  toolDefinitions,
} from '@spanline/instrumentation';

/** Names that the SDK's providers have for Google's two APIs, and for Azure. */
const PROVIDERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:google\.)?vertex\b/, 'gcp.vertex_ai'],
  [/^google\b/, 'gcp.gemini'],
  [/^azure\b/, 'azure.ai.openai'],
];

/** A program calls few providers, each of them often. */
const MAX_PROVIDERS = 100;

/**
 * OpenTelemetry's name of a provider.
 *
 * @param provider - the SDK's name, with the API after a dot: `openai.responses`, `amazon-bedrock`
 */
const providerName = memoize(MAX_PROVIDERS, (name: string): string | undefined => {
  const known = PROVIDERS.find(([pattern]) => pattern.test(name));
  return known === undefined ? providerOf({ id: name.split('.', 1)[0] }) : known[1];
});

/** A tool of the provider has an id, `openai.web_search`. A schema that is a validator's object is left out. */
function unwrapTool(tool: unknown): OfferedTool {
  const { type, id, name, description, inputSchema } = props(tool);
  const schema = props(inputSchema);
  const isValidator = '_zod' in schema || '_def' in schema || '~standard' in schema;
  const parameters = 'jsonSchema' in schema ? schema['jsonSchema'] : inputSchema;
  return {
    type: type === 'function' || type === 'dynamic' || type === undefined ? 'function' : (text(id) ?? type),
    name,
    description,
    parameters:
      isValidator || typeof inputSchema === 'function' || parameters instanceof Promise ? undefined : parameters,
  };
}

/** Tools as a model gets them, a list, or as the application gives them, by name. */
function toolList(tools: unknown): unknown {
  if (Array.isArray(tools) || !isObject(tools)) return tools;
  return Object.entries(props(tools)).map(([name, tool]) => ({ ...props(tool), name }));
}

/** The tier and the region that options of the providers ask for. */
function requestedConditions(providerOptions: unknown): SpanAttributes | undefined {
  if (!isObject(providerOptions)) return undefined;
  let found: SpanAttributes | undefined;
  for (const options of Object.values(providerOptions)) {
    if (isObject(options)) found = { ...found, ...conditionsOf(options) };
  }
  return found;
}

function reasoningLevel({ reasoning, providerOptions }: Props): string | undefined {
  if (typeof reasoning === 'string') return reasoning;
  if (!isObject(providerOptions)) return undefined;
  for (const options of Object.values(providerOptions)) {
    const level = text(props(options)['reasoningEffort']);
    if (level !== undefined) return level;
  }
  return undefined;
}

/** Attributes from the settings of a call, of a step, or of the parameters that a model is called with. */
export function requestAttributes(settings: Props): SpanAttributes {
  const { provider, modelId, tools, responseFormat, providerOptions } = settings;
  const name = text(provider);
  const attributes: SpanAttributes = {
    'gen_ai.provider.name': name === undefined ? undefined : providerName(name),
    'gen_ai.request.model': text(modelId),
  };
  generationSettings(settings, attributes);
  const level = reasoningLevel(settings);
  if (level !== undefined) attributes['gen_ai.request.reasoning.level'] = level;
  if (isObject(responseFormat) && props(responseFormat)['type'] === 'json') attributes['gen_ai.output.type'] = 'json';
  if (tools !== undefined) attributes['gen_ai.tool.definitions'] = toolDefinitions(toolList(tools), unwrapTool);
  return Object.assign(attributes, requestedConditions(providerOptions));
}
