import { parseArgs } from 'node:util';
import { fail } from './fail.ts';

/** What was asked for on the command line. */
export interface ShipOptions {
  readonly dir: string | undefined;
  readonly config: string | undefined;
  readonly files: readonly string[];
  readonly to: readonly string[];
  readonly stdin: boolean;
  readonly once: boolean;
  readonly status: boolean;
  readonly help: boolean;
  /** Seconds that `--once` may take. */
  readonly timeoutSeconds: number | undefined;
}

export const SHIP_HELP = `spanline ship [files…] --to <target>… [options]

Ships spools and files of JSON lines. Remembers where it is; a second run goes on there.

  files                    paths, with * and ?; rotation by renaming and by copying is followed
  --dir <folder>           a spool to ship; also what is remembered and dead letters (default .spanline)
  --to <target>            may be repeated; keys come from the environment, never from the command line
      elasticsearch=<url>    ES_API_KEY, or ES_BASIC (user:password)
      datadog[=<site>]       DD_API_KEY, DD_SITE
      otlp=<url>             OTLP_BEARER
      langfuse[=<url>]       LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY
      langsmith[=<url>]      LANGSMITH_API_KEY, LANGSMITH_PROJECT
      phoenix[=<url>]        PHOENIX_API_KEY
      datadog-llmobs[=<site>]  DD_API_KEY, DD_SITE
      jaeger[=<url>]
      file=<path>
  --config <file>          JSON: { "dir", "files": [], "to": [{ "type": "elasticsearch", "url", "apiKey": { "env": "…" } }] }
  --stdin                  ship lines of the standard input as well; ends with it
  --once                   ship what is there, then end; 1 when lines were refused, 2 when not all was shipped: it
                           took too long, or another process ships the folder
  --timeout <seconds>      how long --once may take (default: as long as it needs)
  --status                 what the shipper of --dir is doing
  --help

spanline ship setup <target> --help: prepares Elasticsearch, OpenSearch, Datadog or CloudWatch for the lines.
`;

/** Reads the command line. @throws an error whose message says what is wrong */
export function parseShipOptions(args: readonly string[]): ShipOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      config: { type: 'string' },
      to: { type: 'string', multiple: true, default: [] },
      stdin: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      status: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      timeout: { type: 'string' },
    },
  });
  const { timeout, ...rest } = values;
  const timeoutSeconds = timeout === undefined ? undefined : Number(timeout);
  if (timeoutSeconds !== undefined && !(timeoutSeconds > 0)) fail('--timeout', 'a number of seconds');
  return { ...rest, dir: values.dir, config: values.config, files: positionals, timeoutSeconds };
}
