/** The requests of `spanline ship setup`, compared with a target. */
import { props } from '@spanline/record';
import type { JsonClient } from '@spanline/remote';
import { datadogSetup, elasticsearchSetup, type SetupRequest } from '@spanline/ship';
import { type CommandIo, EXIT, messageOf } from '../command.ts';
import {
  checkUrl,
  connectCluster,
  connectDatadog,
  type Resource,
  showComparison,
  type StoredResource,
} from '../targets/index.ts';
import { findPipeline } from './datadog-pipeline.ts';
import { elasticOptions, parseSetupOptions } from './options.ts';

const NOT_FOUND = 404;

/** Engines keep the values of settings as texts. */
function settingsAsTexts(value: unknown, isSetting = false): unknown {
  if (Array.isArray(value)) return value.map((one) => settingsAsTexts(one, isSetting));
  if (typeof value !== 'object' || value === null) return isSetting ? String(value) : value;
  const entries = Object.entries(value).map(([key, inner]: [string, unknown]) => [
    key,
    settingsAsTexts(inner, isSetting || key === 'settings'),
  ]);
  return Object.fromEntries(entries) as unknown;
}

const first = (value: unknown, list: string, inner: string): unknown => {
  const { [list]: all } = props(value);
  return Array.isArray(all) ? props(all[0])[inner] : undefined;
};

/** The body in an answer: each API wraps it in its own way. A data stream has none. */
function bodyIn({ path }: SetupRequest, answer: unknown): unknown {
  const [kind = ''] = path.split('/');
  if (kind === '_data_stream') return {};
  if (kind === '_component_template') return first(answer, 'component_templates', 'component_template');
  if (kind === '_index_template') return first(answer, 'index_templates', 'index_template');
  if (path.startsWith('_plugins/_ism/')) return answer;
  return Object.values(props(answer))[0];
}

const resourceOf = ({ path, body = {} }: SetupRequest): Resource => ({
  id: path,
  title: path,
  body: props(settingsAsTexts(body)),
});

/** The object of the target in the place of a request; `undefined` without one. @throws Error if it does not say */
async function storedOf(client: JsonClient, request: SetupRequest): Promise<StoredResource | undefined> {
  const { path } = request;
  const answer = await client.send({ method: 'GET', path });
  if (answer.status === NOT_FOUND) return undefined;
  if (!answer.isOk) throw new Error(`${answer.status} ${answer.reason}`.trimEnd());
  return { id: path, title: path, address: path, body: props(settingsAsTexts(bodyIn(request, answer.body))) };
}

async function compareElastic(args: readonly string[], io: CommandIo): Promise<number> {
  const given = parseSetupOptions(args);
  const flavour = given.target === 'opensearch' ? 'opensearch' : 'elasticsearch';
  const client = connectCluster(checkUrl(given.url, 'https://es:9200'), io);
  let code: number = EXIT.ok;
  for (const request of elasticsearchSetup(elasticOptions(flavour, given))) {
    try {
      showComparison(resourceOf(request), await storedOf(client, request), io);
    } catch (error) {
      io.stderr.write(`spanline setup: GET ${request.path}: ${messageOf(error)}\n`);
      code = EXIT.refused;
    }
  }
  return code;
}

async function compareDatadog(args: readonly string[], io: CommandIo): Promise<number> {
  const { pipeline } = datadogSetup();
  const client = connectDatadog(parseSetupOptions(args), io);
  try {
    const found = await findPipeline(client, pipeline);
    const wanted = resourceOf(pipeline);
    showComparison(wanted, found === undefined ? undefined : { ...wanted, address: found.id, body: found.body }, io);
    return EXIT.ok;
  } catch (error) {
    io.stderr.write(`spanline setup: ${messageOf(error)}\n`);
    return EXIT.refused;
  }
}

/**
 * Prints what `spanline ship setup` would create and replace, with each difference. It changes nothing.
 *
 * @returns the exit code
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function compareSetup(args: readonly string[], io: CommandIo): Promise<number> {
  return args[0] === 'datadog' ? compareDatadog(args, io) : compareElastic(args, io);
}
