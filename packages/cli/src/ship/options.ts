import { fail } from '../fail.ts';
import { checkFlags, splitArguments } from '../flags.ts';

/** Options of `spanline ship`. */
export interface ShipOptions {
  readonly dir: string | undefined;
  readonly config: string | undefined;
  readonly files: readonly string[];
  readonly to: readonly string[];
  readonly traces: boolean;
  readonly timeField: string | undefined;
  readonly text: 'line' | 'multiline' | undefined;
  readonly stdin: boolean;
  readonly once: boolean;
  readonly status: boolean;
  readonly help: boolean;
  /** Longest time for `--once`, in seconds. */
  readonly timeoutSeconds: number | undefined;
}

export const SHIP_HELP = `spanline ship [files…] --to <target>… [options]

Ships spools and files of JSON lines. A second run continues where the first one stopped.

  files                    paths; * and ? are wildcards; rotation by renaming and by copying is followed
  --dir <folder>           the spool to ship; also holds checkpoints and dead letters (default .spanline)
  --to <target>            may be repeated; keys come from the environment, never from the command line
      elasticsearch=<url>    ES_API_KEY, or ES_BASIC (user:password)
      opensearch=<url>       ES_API_KEY, or ES_BASIC (user:password)
      datadog[=<site>]       DD_API_KEY, DD_SITE
      otlp=<url>             OTLP_BEARER
      langfuse[=<url>]       LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY
      langsmith[=<url>]      LANGSMITH_API_KEY, LANGSMITH_PROJECT
      phoenix[=<url>]        PHOENIX_API_KEY
      datadog-llmobs[=<site>]  DD_API_KEY, DD_SITE
      grafana[=<url>]        GRAFANA_KEYS (instance id:token), GRAFANA_TENANT
      honeycomb[=<url>]      HONEYCOMB_API_KEY, HONEYCOMB_DATASET
      jaeger[=<url>]
      victorialogs[=<url>]   VICTORIALOGS_BASIC (user:password)
      kafka=<host:port,…>    KAFKA_TOPIC, KAFKA_BASIC (user:password)
      file=<path>
  --traces                 elasticsearch and opensearch also get documents for the trace screens of Kibana and Dashboards
  --config <file>          JSON: { "dir", "files": [], "to": [{ "type": "elasticsearch", "url", "apiKey": { "env": "…" } }] };
                           a sink of your own: { "name", "module": "./my-sink.js", "options": {} }
  --time-field <key>       key of the time in lines of files, such as meta.at (default: the usual ones)
  --text                   lines of files that are no JSON become documents with the line as their message
  --multiline              like --text; stack traces and indented lines belong to the text before them
  --stdin                  ship lines from the standard input, too; ends with it
  --once                   ship what is there, then end; 1 when lines were refused, 2 when not everything was shipped
                           because it took too long, another process ships the folder, or a path cannot be read
  --timeout <seconds>      longest time for --once (default: no limit)
  --status                 show what the shipper of --dir is doing
  --help

spanline ship dead-letters --help: lists lines that a target refused, and sends them again.
spanline ship setup <target> --help: prepares Elasticsearch, OpenSearch, Datadog or CloudWatch for the lines.
`;

const FLAGS = {
  dir: 'text',
  config: 'text',
  to: 'texts',
  traces: 'switch',
  'time-field': 'text',
  text: 'switch',
  multiline: 'switch',
  stdin: 'switch',
  once: 'switch',
  timeout: 'text',
  status: 'switch',
  help: 'switch',
} as const;

/** Reads the command line. @throws SpanlineError `ERR_INVALID_OPTION` */
export function parseShipOptions(args: readonly string[]): ShipOptions {
  const { positionals, flags } = splitArguments(args, FLAGS);
  const {
    dir,
    config,
    to = [],
    traces = false,
    timeout,
    'time-field': timeField,
    text: isText = false,
    multiline = false,
    stdin = false,
    once = false,
    status = false,
    help = false,
  } = checkFlags(flags, FLAGS);
  const timeoutSeconds = timeout === undefined ? undefined : Number(timeout);
  if (timeoutSeconds !== undefined && !(timeoutSeconds > 0)) fail('--timeout', 'a number of seconds');
  const text = multiline ? 'multiline' : isText ? 'line' : undefined;
  return { dir, config, files: positionals, to, traces, timeField, text, stdin, once, status, help, timeoutSeconds };
}
