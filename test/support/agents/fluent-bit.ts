import { createHash } from 'node:crypto';
import { joinParts } from './containers.ts';
import { checkOptions, type Config, list, object } from './documented.ts';
import type { BulkItem } from './filebeat.ts';

type Fields = Record<string, unknown>;

const TAIL = [
  'name',
  'path',
  'key',
  'parser',
  'db',
  'read_from_head',
  'buffer_chunk_size',
  'buffer_max_size',
  'storage.type',
  'multiline.parser',
];
const SEARCH = [
  'name',
  'match',
  'host',
  'port',
  'tls',
  'http_user',
  'http_passwd',
  'index',
  'suppress_type_name',
  'write_operation',
  'generate_id',
  'time_key',
  'compress',
  'retry_limit',
  'buffer_size',
  'trace_error',
  'storage.total_limit_size',
];
const UNITS: Readonly<Record<string, number>> = { k: 1000, m: 1_000_000, g: 1_000_000_000 };
const DEFAULT_BUFFER = '32k';
const DEFAULT_KEY = 'log';

function checkFluentBit(config: Config): void {
  checkOptions('fluent-bit.yaml', config, ['service', 'parsers', 'pipeline']);
  checkOptions('service', config['service'], ['flush', 'storage.path']);
  for (const parser of list(config['parsers'])) {
    checkOptions('parser', parser, ['name', 'format', 'time_key', 'time_format']);
  }
  const pipeline = object(config['pipeline']);
  checkOptions('pipeline', pipeline, ['inputs', 'filters', 'outputs']);
  for (const input of list(pipeline['inputs'])) checkOptions('tail', input, TAIL);
  for (const filter of list(pipeline['filters'] ?? []))
    checkOptions('parser', filter, ['name', 'match', 'key_name', 'parser']);
  for (const output of list(pipeline['outputs'])) checkOptions('opensearch', output, SEARCH);
}

/** `512k` and `2M` in bytes. */
function bytes(size: string): number {
  const [, number = '0', unit = ''] = /^(\d+)([kKmMgG]?)$/.exec(size) ?? [];
  return Number(number) * (UNITS[unit.toLowerCase()] ?? 1);
}

/** The parser `json` with its time: the key is taken off, and the time is kept to the millisecond that the output writes. */
function decode(parser: Config, key: string, line: string): { time: string; fields: Fields } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // Handled as what is no object.
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { time: new Date(0).toISOString(), fields: { [key]: line } };
  }
  const { [parser['time_key'] as string]: time, ...fields } = parsed as Fields;
  // `%L` reads any number of digits, `%z` also `Z`.
  const isTime = typeof time === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d{4})$/.test(time);
  return { time: isTime ? new Date(time).toISOString() : new Date(0).toISOString(), fields };
}

/** Stands for the hash of the content that `generate_id` takes. */
const idOf = (document: Fields): string => createHash('sha256').update(JSON.stringify(document)).digest('hex');

/** What Fluent Bit sends for the text of a file. A line beyond the buffer ends the reading of the file. */
export function runFluentBit(config: Config, text: string): BulkItem[] {
  checkFluentBit(config);
  const pipeline = object(config['pipeline']);
  const [input] = list(pipeline['inputs']) as [Config];
  const [filter] = list(pipeline['filters'] ?? []);
  const [output] = list(pipeline['outputs']) as [Config];
  const isContainer = input['multiline.parser'] !== undefined;
  const wanted = isContainer ? filter?.['parser'] : input['parser'];
  const parser = list(config['parsers']).find(({ name }) => name === wanted) ?? {};
  const key = isContainer ? (filter?.['key_name'] as string) : ((input['key'] as string | undefined) ?? DEFAULT_KEY);
  const longest = bytes((input['buffer_max_size'] as string | undefined) ?? DEFAULT_BUFFER);
  const items: BulkItem[] = [];
  for (const line of isContainer ? joinParts(text) : text.split('\n').slice(0, -1)) {
    if (Buffer.byteLength(line) >= longest) break;
    const { time, fields } = decode(parser, key, line);
    const document = { [output['time_key'] as string]: time, ...fields };
    items.push({
      index: output['index'] as string,
      id: output['generate_id'] === 'on' ? idOf(document) : undefined,
      document,
    });
  }
  return items;
}
