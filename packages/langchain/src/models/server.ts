import type { SpanAttributes } from '@spanline/core';
import { props, serverOf, text } from '@spanline/instrumentation';

/** The server of a serialised component, if it was configured with a URL. */
export function configuredServer(serialized: unknown): SpanAttributes | undefined {
  const kwargs = props(props(serialized)['kwargs']);
  const { configuration, base_url: snake, baseURL, baseUrl, anthropic_api_url: anthropic } = kwargs;
  const { server_url: mistral, endpoint, azure_openai_endpoint: azure } = kwargs;
  const given = [props(configuration)['baseURL'], snake, baseURL, baseUrl, anthropic, mistral, endpoint, azure];
  const url = text(given.find((address) => text(address) !== undefined));
  return url === undefined ? undefined : serverOf(url);
}
