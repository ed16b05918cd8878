import { joinParts } from './containers.ts';
import { checkOptions, type Config, list } from './documented.ts';

type Fields = Record<string, unknown>;

/** What the agent sends to the intake for a line. */
export interface AgentLog extends Readonly<Record<'message' | 'status' | 'service' | 'hostname' | 'ddsource', string>> {
  readonly timestamp: number;
}

/** A log as the Log Explorer shows it. */
export interface ShownLog {
  readonly status: string;
  readonly service: string;
  readonly host: string;
  readonly date: number;
  readonly message: string;
  readonly trace: string | undefined;
  /** By path: `http.status_code`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, unknown>>;
}

/** A processor of a pipeline of Datadog. */
export interface Processor {
  readonly type: string;
  readonly sources: readonly string[];
  readonly target?: string;
  readonly target_type?: string;
}

const RECEIVED = Date.UTC(2026, 0, 5, 12);
const LONGEST_BYTES = 900_000;
/** What the intake reads of a JSON log before any pipeline; the first that is there counts. */
const RESERVED = {
  date: [
    '@timestamp',
    'timestamp',
    '_timestamp',
    'Timestamp',
    'eventTime',
    'date',
    'published_date',
    'syslog.timestamp',
  ],
  status: ['status', 'severity', 'level', 'syslog.severity'],
  service: ['service', 'syslog.appname'],
  host: ['host', 'hostname', 'syslog.hostname'],
  message: ['message', 'msg', 'log'],
  trace: ['dd.trace_id', 'contextMap.dd.trace_id'],
} as const;

/** What the agent sends for the text of a file, or of a container's log. It cuts what is longer than its limit. */
export function runDatadogAgent(config: Config, text: string, isContainer = false): AgentLog[] {
  checkOptions('conf.yaml', config, ['logs']);
  const [source] = list(config['logs']) as [Config];
  checkOptions('logs', source, ['type', 'path', 'source', 'service', 'auto_multi_line_detection']);
  if (source['auto_multi_line_detection'] !== false) throw new Error('not simulated');
  const lines = isContainer ? joinParts(text) : text.split('\n').slice(0, -1);
  return lines.map((line) => ({
    message: Buffer.from(line).subarray(0, LONGEST_BYTES).toString(),
    status: 'info',
    service: source['service'] as string,
    ddsource: source['source'] as string,
    hostname: 'node-1',
    timestamp: RECEIVED,
  }));
}

function flatten(value: object, prefix = '', into: Fields = {}): Fields {
  for (const [key, inner] of Object.entries(value)) {
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      flatten(inner as object, `${path}.`, into);
    else into[path] = inner;
  }
  return into;
}

function parse(message: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? flatten(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers from 0 to 7 are those of syslog; texts go by their first letters; everything else is `info`. */
function statusOf(value: unknown): string {
  const text = String(value).toLowerCase();
  const names: readonly (readonly [RegExp, string])[] = [
    [/^(?:0|f|emerg)/, 'emergency'],
    [/^(?:1$|a)/, 'alert'],
    [/^(?:2$|c)/, 'critical'],
    [/^(?:3$|err)/, 'error'],
    [/^(?:4$|w)/, 'warn'],
    [/^(?:5$|n)/, 'notice'],
    [/^(?:7$|d|t|v)/, 'debug'],
    [/^(?:o|s)/, 'ok'],
  ];
  return names.find(([pattern]) => pattern.test(text))?.[1] ?? 'info';
}

/** A log as it is shown: read as JSON, with the reserved attributes taken, then through the remappers of a pipeline. */
export function show(log: AgentLog, processors: readonly Processor[] = []): ShownLog {
  const attributes = parse(log.message) ?? {};
  const tags: Fields = {};
  const reserved: Record<keyof typeof RESERVED, readonly string[]> = { ...RESERVED };
  for (const { type, sources, target = '', target_type: kind } of processors) {
    const name = /^(date|status|service|message|trace-id)-remapper$/.exec(type)?.[1]?.replace('trace-id', 'trace');
    if (name !== undefined) reserved[name as keyof typeof RESERVED] = sources;
    const from = sources.find((source) => attributes[source] !== undefined);
    if (type !== 'attribute-remapper' || from === undefined) continue;
    if (kind === 'tag') tags[target] = attributes[from];
    else attributes[target] ??= attributes[from];
  }
  const read = (name: keyof typeof RESERVED): unknown =>
    reserved[name].map((key) => attributes[key]).find((value) => value !== undefined);
  const date = Date.parse(String(read('date')));
  return {
    status: statusOf(read('status') ?? log.status),
    service: String(read('service') ?? log.service),
    host: String(read('host') ?? log.hostname),
    date: Number.isNaN(date) ? log.timestamp : date,
    message: String(read('message') ?? log.message),
    trace: read('trace') as string | undefined,
    attributes,
    tags,
  };
}
