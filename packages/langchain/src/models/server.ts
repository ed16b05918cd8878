/** The server and the deployment that a serialised component is set to. */

import type { SpanAttributes } from '@spanline/core';
import { props, serverOf, text } from '@spanline/instrumentation';

/** The names of the option with a URL, of LangChain's clients for the providers. */
const URLS: readonly string[] = [
  'base_url',
  'baseURL',
  'baseUrl',
  'openai_api_base',
  'anthropic_api_url',
  'server_url',
  'endpoint',
  'endpoint_url',
  'azure_endpoint',
  'azure_openai_endpoint',
  'azure_open_ai_endpoint',
];

/** The server of a serialised component, if it was configured with a URL. */
export function configuredServer(serialized: unknown): SpanAttributes | undefined {
  const kwargs = props(props(serialized)['kwargs']);
  const configured = text(props(kwargs['configuration'])['baseURL']);
  if (configured !== undefined) return serverOf(configured);
  for (const key in kwargs) {
    const url = URLS.includes(key) ? text(kwargs[key]) : undefined;
    if (url !== undefined) return serverOf(url);
  }
  return undefined;
}

/** The deployment that a component for Azure asks for. */
export function deploymentOf(serialized: unknown): string | undefined {
  const { deployment_name: name, azure_open_ai_api_deployment_name: former } = props(props(serialized)['kwargs']);
  return text(name) ?? text(former);
}
