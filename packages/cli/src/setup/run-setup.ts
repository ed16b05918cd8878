import { props } from '@spanline/record';
import type { JsonClient, JsonResponse } from '@spanline/remote';
import { cloudwatchSetup, datadogSetup, elasticsearchSetup, type SetupRequest } from '@spanline/ship';
import { type CommandIo, EXIT, messageOf } from '../command.ts';
import { fail } from '../fail.ts';
import { printHelp } from '../help.ts';
import { checkUrl, connectCluster, connectDatadog } from '../targets/index.ts';
import { findPipeline } from './datadog-pipeline.ts';
import { elasticOptions, parseSetupOptions, SETUP_HELP, type SetupOptions } from './options.ts';

const ISM = '_plugins/_ism/policies/';
const UNAUTHORIZED = 401;

/** The target refused a request, or was not reached. The message is for the operator. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Format of the consoles of Kibana and Dashboards. */
const inConsoleForm = ({ method, path, body }: SetupRequest): string =>
  `${method} ${path}\n${body === undefined ? '' : `${JSON.stringify(body, undefined, 2)}\n`}`;

/** Replaces an ISM policy. OpenSearch asks for the version that is replaced. */
async function replacePolicy(client: JsonClient, request: SetupRequest): Promise<JsonResponse> {
  const current = props((await client.send({ method: 'GET', path: request.path })).body);
  const version = `if_seq_no=${String(current['_seq_no'])}&if_primary_term=${String(current['_primary_term'])}`;
  return client.send({ ...request, path: `${request.path}?${version}` });
}

const exists = ({ status, body }: JsonResponse): boolean =>
  status === 400 && props(props(body)['error'])['type'] === 'resource_already_exists_exception';

async function install(client: JsonClient, request: SetupRequest): Promise<{ isRefused: boolean; text: string }> {
  let response = await client.send(request);
  if (response.status === 409 && request.path.startsWith(ISM)) response = await replacePolicy(client, request);
  const { status, isOk, reason } = response;
  if (isOk) return { isRefused: false, text: String(status) };
  if (request.path.startsWith('_data_stream/') && exists(response))
    return { isRefused: false, text: `${status}, it exists` };
  if (status === UNAUTHORIZED) throw new Error(`${status} ${reason}`.trimEnd());
  return { isRefused: true, text: `${status} ${reason}`.trimEnd() };
}

/**
 * Sends requests in order, and prints the status of each. A refusal does not end it: the account may lack one privilege
 * only. A target that is not reached, or that does not know the key, does.
 *
 * @throws RefusedError that lists every request that was refused
 */
async function installAll(client: JsonClient, requests: readonly SetupRequest[], io: CommandIo): Promise<void> {
  const refused: string[] = [];
  for (const request of requests) {
    const name = `${request.method} ${request.path}`;
    try {
      const { isRefused, text } = await install(client, request);
      io.stdout.write(`${name}  ${text}\n`);
      if (isRefused) refused.push(`${name}: ${text}`);
    } catch (error) {
      throw new RefusedError(`${name}: ${messageOf(error)}`);
    }
  }
  if (refused.length === 0) return;
  throw new RefusedError(`${refused.length} of ${requests.length} requests were refused\n  ${refused.join('\n  ')}`);
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
  await installAll(connectCluster(checkUrl(given.url, 'https://es:9200'), io), requests, io);
}

/** Replaces the pipeline if it exists, so that a second run does not create a second one. */
async function pipelineRequest(client: JsonClient, request: SetupRequest): Promise<SetupRequest> {
  const found = await findPipeline(client, request).catch((error: unknown) => {
    throw new RefusedError(messageOf(error));
  });
  if (found === undefined) return request;
  return { ...request, method: 'PUT', path: `${request.path}/${encodeURIComponent(found.id)}` };
}

async function setUpDatadog(given: SetupOptions, io: CommandIo): Promise<void> {
  const setup = datadogSetup();
  if (!given.api) {
    const note = 'Datadog has no public API for facets and measures: create them in the Log Explorer.';
    io.stdout.write(`${JSON.stringify({ ...setup, note }, undefined, 2)}\n`);
    return;
  }
  const client = connectDatadog(given, io);
  await installAll(client, [await pipelineRequest(client, setup.pipeline)], io);
}

function setUpCloudwatch({ logGroup, file, retentionDays }: SetupOptions, io: CommandIo): void {
  if (logGroup === undefined) return fail('--log-group', 'given, such as --log-group /rag-api/llm');
  if (file === undefined) return fail('--file', "given, such as --file '/var/log/app/*.log'");
  const setup = cloudwatchSetup({ logGroup, file, ...(retentionDays === undefined ? {} : { retentionDays }) });
  const note =
    'Use either metricFilters or emf. createLogger({}, emf()) of @spanline/ship adds this declaration to each line that is measured.';
  io.stdout.write(`${JSON.stringify({ ...setup, note }, undefined, 2)}\n`);
}

async function perform(options: SetupOptions, io: CommandIo): Promise<void> {
  if (options.help) printHelp(SETUP_HELP, io);
  else if (options.target === 'datadog') await setUpDatadog(options, io);
  else if (options.target === 'cloudwatch') setUpCloudwatch(options, io);
  else await setUpElastic(options.target === 'opensearch' ? 'opensearch' : 'elasticsearch', options, io);
}

/** Runs `spanline ship setup`. @returns the exit code */
export async function runSetup(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    await perform(parseSetupOptions(args), io);
    return EXIT.ok;
  } catch (error) {
    io.stderr.write(`spanline ship setup: ${messageOf(error)}\n`);
    return error instanceof RefusedError ? EXIT.refused : EXIT.usage;
  }
}
