/** `spanline view`: the viewer on a port of this machine, until it is interrupted. */

import { once } from 'node:events';
import { type EmbedOptions, startViewer } from '@spanline/viewer';
import { type CommandIo, endEarly, EXIT } from '../command.ts';
import { fail } from '../fail.ts';
import { checkFlags, type FlagValues, splitArguments } from '../flags.ts';
import { printHelp } from '../help.ts';
import { defaultSources, findSources, joinFilters, sourceOf, splitWords, timeRange } from '../source/index.ts';
import { checkFiles } from './check-files.ts';
import { openBrowser } from './open-browser.ts';

const FLAGS = {
  port: 'text',
  host: 'text',
  annotate: 'text',
  embed: 'text',
  'embed-model': 'text',
  'no-open': 'switch',
  filter: 'texts',
  since: 'text',
  from: 'text',
  to: 'text',
  json: 'switch',
  md: 'switch',
  help: 'switch',
} as const;

type Flags = FlagValues<typeof FLAGS>;

const HELP = `spanline view [source] [filter]

Shows traces in the browser. It reads the log, and nothing leaves this machine unless you name an endpoint.

  --port n        the port. Default: any free one
  --host address  listen on another address than 127.0.0.1. Who has the printed address can then read the log
  --no-open       print the address only
  --json          print the address as JSON, for scripts: url, port, token
  --md            print the address as a link of Markdown
  -f, --filter f  open the list of traces with a filter, such as 'status:error'
  --since t       open it since a length of time (90m, 7d) or a time
  --from t --to t open it between two times
  --annotate file append scores, labels and comments that you give on the page to this file, as score lines
  --embed url     an endpoint with OpenAI's API of embeddings. Maps of texts send it the texts. Its key is in the
                  environment variable SPANLINE_EMBED_KEY. Default: words are counted, nothing is sent
  --embed-model name  its model. Needed with --embed
  -h, --help      this help

The source is a file, a folder, a glob, or a URL of Elasticsearch or OpenSearch; otherwise SPANLINE_SOURCE, or "source"
of spanline.json. The key of a cluster is ES_API_KEY, or ES_BASIC (user:password).
Ctrl-C ends it. Exit codes: 0 ended, 64 wrong usage.
`;

function portOf(text: string | undefined): { port?: number } {
  if (text === undefined) return {};
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536
    ? { port: Number(text) }
    : fail('--port', 'a number up to 65535');
}

function embedOf(
  url: string | undefined,
  model: string | undefined,
  key: string | undefined,
): { embed?: EmbedOptions } {
  if (url === undefined) return model === undefined ? {} : fail('--embed', 'given with --embed-model');
  if (model === undefined) return fail('--embed-model', 'the name of a model, with --embed');
  return { embed: { url, model, ...(key === undefined || key === '' ? {} : { apiKey: key }) } };
}

/** The part of the address that the page keeps its view in: the filter and the time of the list of traces. */
function viewOf(words: readonly string[], { filter = [], since, from, to }: Flags): string {
  const range = {
    ...(since === undefined ? {} : { since }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  timeRange(range);
  const text = joinFilters([words.join(' '), ...filter]);
  const view = new URLSearchParams({ ...(text === '' ? {} : { filter: text }), ...range });
  return view.size === 0 ? '' : `#/traces?${view.toString()}`;
}

/** The address in the form of the flags. */
function addressIn({ json, md }: Flags, url: string, port: number): string {
  if (json === true) return JSON.stringify({ url, port, token: new URL(url).searchParams.get('token') });
  return md === true ? `[Spanline](${url})` : url;
}

async function start(args: readonly string[], io: CommandIo): Promise<number> {
  const split = splitArguments(args, FLAGS, { f: 'filter', h: 'help' });
  const flags = checkFlags(split.flags, FLAGS);
  if (flags.help === true) {
    printHelp(HELP, io);
    return EXIT.ok;
  }
  if (flags.json === true && flags.md === true) fail('--md', 'absent beside --json');
  const { sources, words } = splitWords(split.positionals, { hasSource: defaultSources(io) !== undefined });
  const view = viewOf(words, flags);
  const found = findSources(sources, io);
  if (found.includes('-'))
    return fail('source', 'a file, a folder or a glob: the standard input can be read only once');
  io.stderr.write(await checkFiles(found));
  const viewer = await startViewer({
    source: sourceOf(found, io),
    ...portOf(flags.port),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.annotate === undefined ? {} : { annotate: flags.annotate }),
    ...embedOf(flags.embed, flags['embed-model'], io.env['SPANLINE_EMBED_KEY']),
  });
  const url = `${viewer.url}${view}`;
  io.stdout.write(`${addressIn(flags, url, viewer.port)}\n`);
  const isAtDesk = io.stdout.isTTY === true && io.env['SSH_CONNECTION'] === undefined && io.env['CI'] === undefined;
  const forget = isAtDesk && flags['no-open'] !== true ? openBrowser(url) : undefined;
  if (!io.stop.aborted) await once(io.stop, 'abort');
  forget?.();
  await viewer.close();
  return EXIT.ok;
}

export async function view(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await start(args, io);
  } catch (error) {
    return endEarly('view', error, io);
  }
}
