import { checkOptions, type Config, object } from './documented.ts';
import type { BulkItem } from './filebeat.ts';

type Fields = Record<string, unknown>;

/** Runs a program of the Vector Remap Language on events. @returns the events that it leaves */
export type Remap = (program: string, events: readonly Fields[]) => Fields[];

const SINK = [
  'type',
  'inputs',
  'endpoints',
  'auth',
  'mode',
  'data_stream',
  'id_key',
  'compression',
  'acknowledgements',
  'buffer',
];
const DATA_STREAM = ['type', 'dataset', 'namespace', 'auto_routing', 'sync_fields'];
const DEFAULT_LINE_BYTES = 102_400;

/** The parts of a configuration with one source, one transform and one sink, each connected to the one before. */
function partsOf(config: Config): { source: Config; transform: Config; sink: Config } {
  checkOptions('vector.yaml', config, ['data_dir', 'sources', 'transforms', 'sinks']);
  const [[sourceName, source]] = Object.entries(object(config['sources'])) as [[string, Config]];
  const [[name, transform]] = Object.entries(object(config['transforms'])) as [[string, Config]];
  const [sink] = Object.values(object(config['sinks'])) as [Config];
  checkOptions('file', source, ['type', 'include', 'max_line_bytes']);
  checkOptions('remap', transform, ['type', 'inputs', 'source']);
  checkOptions('elasticsearch', sink, SINK);
  checkOptions('data_stream', sink['data_stream'], DATA_STREAM);
  checkOptions('auth', sink['auth'], ['strategy', 'user', 'password']);
  checkOptions('buffer', sink['buffer'], ['type', 'max_size', 'when_full']);
  if (!(transform['inputs'] as string[]).includes(sourceName)) throw new Error(`nothing reads ${sourceName}`);
  if (!(sink['inputs'] as string[]).includes(name)) throw new Error(`nothing reads ${name}`);
  return { source, transform, sink };
}

/** What Vector sends for the text of a file. From its source: src/sources/file.rs, src/sinks/elasticsearch. */
export function runVector(config: Config, text: string, remap: Remap): BulkItem[] {
  const { source, transform, sink } = partsOf(config);
  const stream = object(sink['data_stream']);
  if (sink['mode'] !== 'data_stream' || stream['auto_routing'] !== false || stream['sync_fields'] !== false) {
    throw new Error('not simulated');
  }
  const longest = (source['max_line_bytes'] as number | undefined) ?? DEFAULT_LINE_BYTES;
  const lines = text.split('\n').slice(0, -1);
  const read = { file: '/var/log/app/rag-api.log', host: 'node-1', source_type: 'file' };
  const events = lines
    .filter((line) => Buffer.byteLength(line) <= longest)
    .map((message) => ({ ...read, message, timestamp: new Date(0).toISOString() }));
  const index = ['type', 'dataset', 'namespace'].map((part) => stream[part] as string).join('-');
  return remap(transform['source'] as string, events).map((event) => {
    const { timestamp, [sink['id_key'] as string]: id, ...fields } = event;
    const document = timestamp === undefined ? fields : { ...fields, '@timestamp': timestamp };
    return { index, id: typeof id === 'string' ? id : undefined, document };
  });
}
