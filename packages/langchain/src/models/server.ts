/** The server that a component calls, from the URL it was configured with. */

import { bag, text } from '@spanline/instrumentation';

/** Address and port of a server. */
export interface Server {
  readonly address: string;
  readonly port: number;
}

const MAX_SERVERS = 100;
const servers = new Map<string, Server>();

/** Cached: an application has few URLs, and parsing one costs more than all other reading. */
function parseServer(url: string): Server | undefined {
  const known = servers.get(url);
  if (known !== undefined || !URL.canParse(url)) return known;
  const { hostname, port, protocol } = new URL(url);
  const defaultPort = protocol === 'http:' ? 80 : 443;
  const server = { address: hostname, port: port === '' ? defaultPort : Number(port) };
  if (servers.size < MAX_SERVERS) servers.set(url, server);
  return server;
}

/** The server of a component, if it has a URL. */
export function serverOf(serialized: unknown): Server | undefined {
  const kwargs = bag(bag(serialized)['kwargs']);
  const { configuration, base_url: snake, baseURL, baseUrl, anthropic_api_url: anthropic } = kwargs;
  const { server_url: mistral, endpoint, azure_openai_endpoint: azure } = kwargs;
  const given = [bag(configuration)['baseURL'], snake, baseURL, baseUrl, anthropic, mistral, endpoint, azure];
  const url = text(given.find((address) => text(address) !== undefined));
  return url === undefined ? undefined : parseServer(url);
}
