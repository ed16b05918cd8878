import { joinParts } from './containers.ts';
import { checkOptions, type Config, list, object } from './documented.ts';

/** What an agent sends with `_bulk`: where, under which id, and the document. */
export interface BulkItem {
  readonly index: string;
  readonly id: string | undefined;
  readonly document: Readonly<Record<string, unknown>>;
}

type Fields = Record<string, unknown>;

/** An event on its way through Filebeat. */
interface Beat {
  readonly meta: Fields;
  readonly fields: Fields;
}

const PARSERS: Readonly<Record<string, readonly string[]>> = {
  ndjson: [
    'target',
    'overwrite_keys',
    'expand_keys',
    'add_error_key',
    'message_key',
    'document_id',
    'ignore_decoding_error',
  ],
  container: ['stream', 'format'],
};
const PROCESSORS: Readonly<Record<string, readonly string[]>> = {
  copy_fields: ['fields', 'fail_on_error', 'ignore_missing'],
  drop_fields: ['fields', 'ignore_missing'],
};
const INPUT = ['type', 'id', 'paths', 'parsers', 'publisher_pipeline.disable_host', 'prospector.scanner.symlinks'];
const TOP = ['filebeat.inputs', 'processors', 'setup.template.enabled', 'setup.ilm.enabled', 'output.elasticsearch'];
const LONGEST_BYTES = 10_485_760;

function checkFilebeat(config: Config): void {
  checkOptions('filebeat.yml', config, TOP);
  for (const input of list(config['filebeat.inputs'])) {
    checkOptions('filestream', input, INPUT);
    for (const parser of list(input['parsers'])) {
      for (const [name, options] of Object.entries(parser)) checkOptions(name, options, PARSERS[name] ?? []);
    }
  }
  for (const processor of list(config['processors'])) {
    for (const [name, options] of Object.entries(processor)) checkOptions(name, options, PROCESSORS[name] ?? []);
  }
  checkOptions('output.elasticsearch', config['output.elasticsearch'], ['hosts', 'api_key', 'index']);
}

/** Finds a path as Filebeat does: a key that is the whole path first, then one level down. */
function find(fields: Fields, path: string): [Fields, string] | undefined {
  if (Object.hasOwn(fields, path)) return [fields, path];
  const dot = path.indexOf('.');
  const inner = dot < 0 ? undefined : fields[path.slice(0, dot)];
  return typeof inner === 'object' && inner !== null ? find(inner as Fields, path.slice(dot + 1)) : undefined;
}

/** `ndjson` with an empty target. Without `expand_keys` a key with dots stays as it is. */
function decode(options: Config, text: string, { fields }: Beat): void {
  if (options['target'] !== '' || options['expand_keys'] === true) throw new Error('not simulated');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (options['add_error_key'] === true) fields['error'] = { type: 'json', message: (error as Error).message };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    fields['message'] = text;
    return;
  }
  for (const [key, value] of Object.entries(parsed)) {
    if (options['overwrite_keys'] !== true && (key === '@timestamp' || Object.hasOwn(fields, key))) continue;
    if (key !== '@metadata') fields[key] = value;
  }
}

function copyFields(options: Config, { meta, fields }: Beat): void {
  for (const { from, to } of list(options['fields']) as readonly { from: string; to: string }[]) {
    const found = find(fields, from);
    if (found === undefined) continue;
    if (!to.startsWith('@metadata.')) throw new Error('not simulated');
    meta[to.slice('@metadata.'.length)] = found[0][found[1]];
  }
}

function dropFields(options: Config, { fields }: Beat): void {
  for (const name of options['fields'] as readonly string[]) {
    const found = find(fields, name);
    if (found !== undefined) Reflect.deleteProperty(...found);
  }
}

function eventOf(input: Config, offset: number): Beat {
  const fields: Fields = {
    '@timestamp': new Date(0).toISOString(),
    log: { offset, file: { path: '/var/log/app/rag-api.log' } },
    input: { type: 'filestream' },
    agent: { id: 'a', name: 'node-1', type: 'filebeat', version: '9.2.0', ephemeral_id: 'b' },
    ecs: { version: '8.0.0' },
  };
  if (input['publisher_pipeline.disable_host'] !== true) fields['host'] = { name: 'node-1' };
  return { meta: {}, fields };
}

/** What Filebeat 8 and 9 send to a data stream for the text of a file. From its source: libbeat/reader/readjson, jsontransform, processors, outputs/elasticsearch. */
export function runFilebeat(config: Config, text: string): BulkItem[] {
  checkFilebeat(config);
  const [input] = list(config['filebeat.inputs']) as [Config];
  const parsers = list(input['parsers']);
  const isContainer = parsers.some((parser) => 'container' in parser);
  const lines = isContainer ? joinParts(text) : text.split('\n').slice(0, -1);
  return lines.map((whole, n) => {
    const line = Buffer.from(whole).subarray(0, LONGEST_BYTES).toString();
    const event = eventOf(input, n);
    for (const parser of parsers) if ('ndjson' in parser) decode(object(parser['ndjson']), line, event);
    for (const processor of list(config['processors'])) {
      if ('copy_fields' in processor) copyFields(object(processor['copy_fields']), event);
      if ('drop_fields' in processor) dropFields(object(processor['drop_fields']), event);
    }
    const id = event.meta['_id'];
    const index = object(config['output.elasticsearch'])['index'] as string;
    return { index, id: typeof id === 'string' ? id : undefined, document: event.fields };
  });
}
