/** Connections to the APIs of targets. Keys come from the environment, never from the command line. */
import type { CloudwatchAlarmClient, CloudwatchClient } from '@spanline/dashboards';
import { createJsonClient, type JsonClient } from '@spanline/remote';
import { datadog } from '@spanline/ship';
import type { CommandIo } from '../command.ts';
import { fail } from '../fail.ts';

type Environment = CommandIo['env'];

/** Where a target is. */
interface Address {
  readonly url?: string | undefined;
  /** Datadog's site. */
  readonly site?: string | undefined;
  /** Kibana's space. */
  readonly space?: string | undefined;
}

/** Credentials in a URL would be visible in the list of processes. */
export function checkUrl(url: string | undefined, example: string): string {
  if (url === undefined) return fail('--url', `given, such as --url ${example}`);
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : {};
  const isPlain = (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
  return isPlain ? url.replace(/\/+$/, '') : fail('--url', 'an http or https URL without user and password');
}

/** @throws SpanlineError for a variable that is missing or empty */
function requireVariable(env: Environment, name: string): string {
  return env[name]?.trim() || fail(name, 'an environment variable that holds the key');
}

/** Datadog's site; the sink checks it. */
export function datadogSite(site: string | undefined, env: Environment): string {
  const chosen = site ?? (env['DD_SITE'] || 'datadoghq.com');
  datadog({ apiKey: { env: 'DD_API_KEY' }, site: chosen });
  return chosen;
}

/** Datadog's API, with `DD_API_KEY` and `DD_APP_KEY`. */
export function connectDatadog({ url, site }: Address, { env, stop }: CommandIo): JsonClient {
  const [key, application] = [requireVariable(env, 'DD_API_KEY'), requireVariable(env, 'DD_APP_KEY')];
  const headers = { 'dd-api-key': key, 'dd-application-key': application };
  const api = url === undefined ? `https://api.${datadogSite(site, env)}` : checkUrl(url, 'https://api.datadoghq.com');
  return createJsonClient(api, headers, { stop, hidden: [key, application] });
}

/** An API key, or `user:password`. Without either, requests are anonymous. */
function authorization(env: Environment, prefix: string): { headers: Record<string, string>; hidden: string[] } {
  const [key, basic] = [env[`${prefix}_API_KEY`]?.trim(), env[`${prefix}_BASIC`]?.trim()];
  const [scheme, secret] = key ? ['ApiKey', key] : ['Basic', basic];
  if (!secret) return { headers: {}, hidden: [] };
  const encoded = secret.includes(':') ? Buffer.from(secret).toString('base64') : secret;
  return { headers: { authorization: `${scheme} ${encoded}` }, hidden: [secret, encoded] };
}

/** Elasticsearch or OpenSearch, with `ES_API_KEY` or `ES_BASIC`. */
export function connectCluster(url: string, { env, stop }: CommandIo): JsonClient {
  const { headers, hidden } = authorization(env, 'ES');
  return createJsonClient(url, headers, { stop, hidden });
}

/** Kibana, with `KIBANA_API_KEY` or `KIBANA_BASIC`. */
export function connectKibana({ url, space }: Address, { env, stop }: CommandIo): JsonClient {
  const { headers, hidden } = authorization(env, 'KIBANA');
  const root = checkUrl(url, 'https://kibana.example.com:5601');
  const base = space === undefined || space === 'default' ? root : `${root}/s/${encodeURIComponent(space)}`;
  return createJsonClient(base, { 'kbn-xsrf': 'true', ...headers }, { stop, hidden });
}

/** OpenSearch Dashboards, with `OPENSEARCH_DASHBOARDS_BASIC`. */
export function connectOpensearchDashboards({ url }: Address, { env, stop }: CommandIo): JsonClient {
  const { headers, hidden } = authorization(env, 'OPENSEARCH_DASHBOARDS');
  const root = checkUrl(url, 'https://dashboards.example.com:5601');
  return createJsonClient(root, { 'osd-xsrf': 'true', ...headers }, { stop, hidden });
}

/** Grafana, with `GRAFANA_TOKEN`. Its URL may have a path. */
export function connectGrafana({ url }: Address, { env, stop }: CommandIo): JsonClient {
  const token = requireVariable(env, 'GRAFANA_TOKEN');
  const root = checkUrl(url, 'https://grafana.example.com');
  return createJsonClient(root, { authorization: `Bearer ${token}` }, { stop, hidden: [token] });
}

/** CloudWatch, through AWS's own client, which finds keys, profiles and roles by itself. */
export async function connectCloudwatch(
  region: string,
  url: string | undefined,
): Promise<CloudwatchClient & CloudwatchAlarmClient> {
  const { CloudWatch } = await import('@aws-sdk/client-cloudwatch').catch(() =>
    fail('@aws-sdk/client-cloudwatch', 'installed: npm install @aws-sdk/client-cloudwatch'),
  );
  const endpoint =
    url === undefined ? {} : { endpoint: checkUrl(url, 'https://monitoring.eu-central-1.amazonaws.com') };
  return new CloudWatch({ region, ...endpoint });
}
