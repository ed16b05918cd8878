import { checkOptions, type Config, list, object } from './documented.ts';

/** A file that a pattern matches. */
export interface TailedFile {
  readonly path: string;
  readonly text: string;
  readonly modified: number;
}

/** An event of a log stream. */
export interface LogEvent {
  readonly group: string;
  readonly stream: string;
  /** Milliseconds; of the reading where the line has no time. */
  readonly timestamp: number;
  readonly message: string;
}

const FILE = [
  'file_path',
  'log_group_name',
  'log_stream_name',
  'retention_in_days',
  'timestamp_format',
  'timezone',
  'publish_multi_logs',
];
/** What stands for a directive of `timestamp_format` in the agent's regular expression. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  '%Y': String.raw`(\d{4})`,
  '%m': String.raw`(\s?\d{1,2})`,
  '%d': String.raw`(\s?\d{1,2})`,
  '%H': String.raw`(\d{2})`,
  '%M': String.raw`(\d{2})`,
  '%S': String.raw`(\d{2})`,
  '%f': String.raw`(\d{1,9})`,
};
const LONGEST_BYTES = 1_048_576;

/** The first text in a line that looks like the format, as time. */
function timeOf(format: string, line: string): number | undefined {
  const names = [...format.matchAll(/%[a-zA-Z]/g)].map(([name]) => name);
  const pattern = format
    .split(/(%[a-zA-Z])/)
    .map((part) => DIRECTIVES[part] ?? part.replaceAll(/[.^*?+|[\](){}$]/g, String.raw`\$&`))
    .join('');
  const found = new RegExp(pattern).exec(line);
  if (found === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = ['%Y', '%m', '%d', '%H', '%M', '%S'].map(
    (name) => Number(found[names.indexOf(name) + 1]),
  );
  // Three digits of the fraction are kept.
  const fraction = names.includes('%f') ? Number(`${found[names.indexOf('%f') + 1]}000`.slice(0, 3)) : 0;
  return Date.UTC(year, month - 1, day, hour, minute, second, fraction);
}

/** What the agent puts into log streams. Without `publish_multi_logs` it reads the newest file of the pattern only. */
export function runCloudwatchAgent(config: Config, files: readonly TailedFile[], readAt: number): LogEvent[] {
  checkOptions('amazon-cloudwatch-agent.json', config, ['logs']);
  const collected = object(object(config['logs'])['logs_collected']);
  const [source] = list(object(collected['files'])['collect_list']) as [Config];
  checkOptions('collect_list', source, FILE);
  const isEvery = source['publish_multi_logs'] === true;
  const newest = files.toSorted((first, second) => second.modified - first.modified).slice(0, 1);
  return (isEvery ? files : newest).flatMap(({ path, text }) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => ({
        group: source['log_group_name'] as string,
        stream: `${String(source['log_stream_name'])}${isEvery ? `_${path.replaceAll('/', '_')}` : ''}`,
        timestamp: timeOf(source['timestamp_format'] as string, line) ?? readAt,
        message: Buffer.from(line).subarray(0, LONGEST_BYTES).toString(),
      })),
  );
}
