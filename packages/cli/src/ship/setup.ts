import {
  cloudwatchSetup,
  datadog,
  datadogSetup,
  elasticsearchSetup,
  type ElasticsearchSetupOptions,
  type SetupRequest,
} from '@spanline/ship';
import { fail } from './fail.ts';
import type { CommandIo } from './run.ts';
import { parseSetupOptions, SETUP_HELP, type SetupOptions } from './setup-options.ts';
import { createSetupClient, type SetupAnswer, type SetupClient } from './setup-send.ts';

const OK = 0;
const REFUSED = 1;
const WRONG = 64;
const ISM = '_plugins/_ism/policies/';
const PIPELINES = 'api/v1/logs/config/pipelines';

type Environment = CommandIo['env'];
type Bag = Readonly<Record<string, unknown>>;

const bag = (value: unknown): Bag => (typeof value === 'object' && value !== null ? (value as Bag) : {});

/** A target refused, or was not reached; the message is for the operator. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The form of Kibana's and Dashboards' consoles. */
const inConsoleForm = ({ method, path, body }: SetupRequest): string =>
  `${method} ${path}\n${body === undefined ? '' : `${JSON.stringify(body, undefined, 2)}\n`}`;

function elasticHeaders(env: Environment): { headers: Record<string, string>; hidden: string[] } {
  const key = env['ES_API_KEY']?.trim();
  const basic = env['ES_BASIC']?.trim();
  const [scheme, secret] = key ? ['ApiKey', key] : ['Basic', basic];
  if (!secret) return { headers: {}, hidden: [] };
  const encoded = secret.includes(':') ? Buffer.from(secret).toString('base64') : secret;
  return { headers: { authorization: `${scheme} ${encoded}` }, hidden: [secret, encoded] };
}

/** An ISM policy that exists is replaced only by who says which version it replaces. */
async function replacePolicy(client: SetupClient, request: SetupRequest): Promise<SetupAnswer> {
  const current = bag((await client.send({ method: 'GET', path: request.path })).body);
  const version = `if_seq_no=${String(current['_seq_no'])}&if_primary_term=${String(current['_primary_term'])}`;
  return client.send({ ...request, path: `${request.path}?${version}` });
}

const exists = ({ status, body }: SetupAnswer): boolean =>
  status === 400 && bag(bag(body)['error'])['type'] === 'resource_already_exists_exception';

async function install(client: SetupClient, request: SetupRequest): Promise<string> {
  let answer = await client.send(request);
  if (answer.status === 409 && request.path.startsWith(ISM)) answer = await replacePolicy(client, request);
  if (answer.isOk) return String(answer.status);
  if (request.path.startsWith('_data_stream/') && exists(answer)) return `${answer.status}, it exists`;
  throw new RefusedError(`${answer.status}${answer.reason === '' ? '' : ` ${answer.reason}`}`);
}

/** Sends requests in order, and says what became of each; the first that is refused is the last. */
async function installAll(client: SetupClient, requests: readonly SetupRequest[], io: CommandIo): Promise<void> {
  for (const request of requests) {
    const name = `${request.method} ${request.path}`;
    try {
      io.stdout.write(`${name}  ${await install(client, request)}\n`);
    } catch (error) {
      throw new RefusedError(`${name}: ${error instanceof Error ? error.message : 'the request failed'}`);
    }
  }
}

function elasticOptions(flavour: ElasticsearchSetupOptions['flavour'], given: SetupOptions): ElasticsearchSetupOptions {
  const { dataStream, contentStream, profile, retentionDays, roles } = given;
  return {
    flavour,
    roles,
    ...(dataStream === undefined ? {} : { dataStream }),
    ...(contentStream === undefined ? {} : { content: { dataStream: contentStream } }),
    ...(profile === undefined ? {} : { profile: profile as 'ecs' }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
  };
}

/** A URL without credentials: they would be seen in the list of processes. */
function urlOf(url: string | undefined): string {
  if (url === undefined) return fail('--url', 'given, such as --url https://es:9200');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) fail('--url', 'an http or https URL');
  if (parsed?.username || parsed?.password) fail('--url', 'a URL without user and password');
  return url.replace(/\/+$/, '');
}

async function setUpElastic(
  flavour: 'elasticsearch' | 'opensearch',
  given: SetupOptions,
  io: CommandIo,
): Promise<void> {
  const requests = elasticsearchSetup(elasticOptions(flavour, given));
  if (given.dryRun) {
    io.stdout.write(requests.map(inConsoleForm).join('\n'));
    return;
  }
  const { headers, hidden } = elasticHeaders(io.env);
  await installAll(createSetupClient(urlOf(given.url), headers, { stop: io.stop, hidden }), requests, io);
}

function needed(env: Environment, name: string): string {
  return env[name]?.trim() || fail(name, 'an environment variable that holds the key');
}

/** The address of the API, its site checked as the sink checks it. */
function datadogUrl({ site, url }: SetupOptions, env: Environment): string {
  if (url !== undefined) return urlOf(url);
  const chosen = site ?? (env['DD_SITE'] || 'datadoghq.com');
  datadog({ apiKey: { env: 'DD_API_KEY' }, site: chosen });
  return `https://api.${chosen}`;
}

/** The pipeline that is there is replaced, so that a second run makes no second one. */
async function pipelineRequest(client: SetupClient, { body, path, method }: SetupRequest): Promise<SetupRequest> {
  const answer = await client.send({ method: 'GET', path: PIPELINES });
  if (!answer.isOk) throw new RefusedError(`GET ${PIPELINES}: ${answer.status} ${answer.reason}`.trimEnd());
  const pipelines = Array.isArray(answer.body) ? (answer.body as unknown[]).map(bag) : [];
  const id = pipelines.find(({ name }) => name === body?.['name'])?.['id'];
  const known =
    typeof id === 'string' ? { method: 'PUT' as const, path: `${path}/${encodeURIComponent(id)}` } : undefined;
  return { ...(known ?? { method, path }), ...(body === undefined ? {} : { body }) };
}

async function setUpDatadog(given: SetupOptions, io: CommandIo): Promise<void> {
  const setup = datadogSetup();
  if (!given.api) {
    const note = 'Datadog has no public API for facets and measures: make them in the Log Explorer.';
    io.stdout.write(`${JSON.stringify({ ...setup, note }, undefined, 2)}\n`);
    return;
  }
  const hidden = [needed(io.env, 'DD_API_KEY'), needed(io.env, 'DD_APP_KEY')];
  const headers = { 'dd-api-key': hidden[0] as string, 'dd-application-key': hidden[1] as string };
  const client = createSetupClient(datadogUrl(given, io.env), headers, { stop: io.stop, hidden });
  try {
    await installAll(client, [await pipelineRequest(client, setup.pipeline)], io);
  } catch (error) {
    throw error instanceof RefusedError ? error : new RefusedError(`GET ${PIPELINES}: ${(error as Error).message}`);
  }
}

function setUpCloudwatch({ logGroup, file, retentionDays }: SetupOptions, io: CommandIo): void {
  if (logGroup === undefined) return fail('--log-group', 'given, such as --log-group /rag-api/llm');
  if (file === undefined) return fail('--file', "given, such as --file '/var/log/app/*.log'");
  const setup = cloudwatchSetup({ logGroup, file, ...(retentionDays === undefined ? {} : { retentionDays }) });
  const note =
    'Either metricFilters, or emf: createLogger({}, emf()), of @spanline/ship, puts such a declaration on each line that is measured.';
  io.stdout.write(`${JSON.stringify({ ...setup, note }, undefined, 2)}\n`);
}

async function perform(options: SetupOptions, io: CommandIo): Promise<void> {
  if (options.help) io.stdout.write(SETUP_HELP);
  else if (options.target === 'datadog') await setUpDatadog(options, io);
  else if (options.target === 'cloudwatch') setUpCloudwatch(options, io);
  else await setUpElastic(options.target === 'opensearch' ? 'opensearch' : 'elasticsearch', options, io);
}

/** `spanline ship setup`. @returns the exit code */
export async function runSetup(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    await perform(parseSetupOptions(args), io);
    return OK;
  } catch (error) {
    io.stderr.write(`spanline ship setup: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof RefusedError ? REFUSED : WRONG;
  }
}
