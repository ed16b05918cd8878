import { beforeAll, describe, expect, it } from 'vitest';
import { parseLine, type SpanRecord, toDatadog } from '@spanline/core';
import { cloudwatchSetup, datadogSetup } from '@spanline/ship';
import { runCloudwatchAgent } from '../support/agents/cloudwatch.ts';
import { criLog, dockerLog, joinParts } from '../support/agents/containers.ts';
import { type Processor, runDatadogAgent, show, type ShownLog } from '../support/agents/datadog.ts';
import { type Config, documented, list, object } from '../support/agents/documented.ts';
import { type BulkItem, runFilebeat } from '../support/agents/filebeat.ts';
import { runFluentBit } from '../support/agents/fluent-bit.ts';
import { type ProfileName, writtenLines } from '../support/agents/lines.ts';

type Fields = Readonly<Record<string, unknown>>;

const PROFILES = ['ecs', 'otel', 'datadog'] as const;
const INDEX = 'logs-spanline-default';
const NO_JSON = 'Segmentation fault';

const lines = {} as Record<ProfileName, string[]>;
beforeAll(async () => {
  for (const profile of PROFILES) lines[profile] = await writtenLines(profile);
});

const parsed = (line: string): Fields => JSON.parse(line) as Fields;
const fileOf = (text: readonly string[]): string => text.map((line) => `${line}\n`).join('');

/** A document without what the agent adds of its own. */
function without(item: BulkItem | undefined, ...own: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(item?.document ?? {}).filter(([name]) => !own.includes(name)));
}

it('writes lines up to the limit of a file, and splits them like containers', () => {
  const longest = Math.max(...lines.otel.map((line) => Buffer.byteLength(line)));
  expect(longest).toBeGreaterThan(180_000);
  for (const log of [dockerLog(lines.otel), criLog(lines.otel)]) {
    expect(log.split('\n').length).toBeGreaterThan(lines.otel.length + 10);
    expect(joinParts(log)).toEqual(lines.otel);
  }
});

describe.each([
  { agent: 'Filebeat', file: 'filebeat.yml', run: runFilebeat, own: ['log'] },
  { agent: 'Fluent Bit', file: 'fluent-bit.yaml', run: runFluentBit, own: [] },
])('$agent, as it is documented', ({ file, run, own }) => {
  it('sends every line whole, with its own time, to the stream of the set-up', () => {
    const items = run(documented(file), fileOf(lines.ecs));
    expect(items.map((item) => without(item, ...own))).toEqual(lines.ecs.map(parsed));
    expect(new Set(items.map(({ index }) => index))).toEqual(new Set([INDEX]));
  });

  it('gives each record an id of its own, the same each time', () => {
    const idsOf = (): unknown[] => run(documented(file), fileOf(lines.ecs)).map(({ id }) => id);
    const records = lines.ecs.filter((line) => 'event.id' in parsed(line));
    const ids = idsOf().filter((_id, n) => records.includes(lines.ecs[n] as string));
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(records.length);
    expect(idsOf()).toEqual(idsOf());
  });

  it('passes a line that is not JSON as a message', () => {
    for (const text of [NO_JSON, '[1]']) {
      const [item] = run(documented(file), `${text}\n`);
      expect(item?.document).toMatchObject({ message: text, '@timestamp': expect.any(String) as unknown });
    }
  });

  it('is refused with an option that the agent does not have', () => {
    const config = documented(file);
    expect(() => run({ ...config, 'output.elastic': {} }, '')).toThrow('has no option output.elastic');
  });
});

it('Filebeat takes the id of the record for that of the document, and gives other lines none', () => {
  const ids = runFilebeat(documented('filebeat.yml'), fileOf(lines.ecs)).map(({ id }) => id);
  expect(ids).toEqual(lines.ecs.map((line) => parsed(line)['event.id']));
});

describe.each([
  ['Docker', dockerLog],
  ['CRI-O', criLog],
])('lines that %s split', (_runtime, logOf) => {
  it('are joined by Filebeat', () => {
    const config = documented('filebeat.yml');
    const [input] = list(config['filebeat.inputs']);
    const inContainer = {
      ...config,
      'filebeat.inputs': [{ ...input, ...documented('filebeat.yml, containers') }],
    };
    expect(runFilebeat(inContainer, logOf(lines.ecs))).toEqual(runFilebeat(config, fileOf(lines.ecs)));
  });

  it('are joined by Fluent Bit', () => {
    const config = documented('fluent-bit.yaml');
    const pipeline = object(config['pipeline']);
    const { path: _path, key: _key, parser: _parser, ...input } = list(pipeline['inputs'])[0] as Config;
    const { inputs, filters } = documented('fluent-bit.yaml, containers');
    const inContainer = {
      ...config,
      pipeline: { ...pipeline, inputs: [{ ...input, ...list(inputs)[0] }], filters },
    };
    expect(runFluentBit(inContainer, logOf(lines.ecs))).toEqual(runFluentBit(config, fileOf(lines.ecs)));
  });
});

describe('the documented Datadog Agent', () => {
  const config = documented('conf.d/spanline.d/conf.yaml');
  const shown = (profile: ProfileName, processors?: readonly Processor[]): ShownLog[] =>
    runDatadogAgent(config, fileOf(lines[profile])).map((log) => show(log, processors));
  const isSpan = (line: string): boolean => parseLine(line)?.kind === 'span';

  it('is switched on', () => expect(documented('datadog.yaml')).toEqual({ logs_enabled: true }));

  it('shows the status, service, host, time and message of the line, not those of the agent', () => {
    const logs = shown('datadog');
    for (const [n, line] of lines.datadog.entries()) {
      const { status, hostname, message, '@timestamp': time } = parsed(line);
      expect(logs[n]).toMatchObject({ status, message, service: 'rag-api', date: Date.parse(String(time)) });
      if (isSpan(line)) expect(logs[n]?.host).toBe(hostname);
    }
    expect(logs.filter(({ status }) => status === 'error')).toHaveLength(1);
  });

  it('shows standard attributes', () => {
    const request = shown('datadog').find(({ attributes }) => attributes['span.kind'] === 'SERVER');
    expect(request?.attributes).toMatchObject({
      'http.method': 'POST',
      'http.status_code': 200,
      'http.useragent': 'curl/8',
      'http.url_details.path': '/ask',
      'network.client.ip': '10.0.0.7',
      'usr.id': 'u-1',
      duration: expect.any(Number) as unknown,
    });
  });

  it.each([
    ['Docker', dockerLog],
    ['CRI-O', criLog],
  ])('shows the same from the log of a container of %s', (_runtime, logOf) => {
    const logs = runDatadogAgent(config, logOf(lines.datadog), true).map((log) => show(log));
    expect(logs).toEqual(shown('datadog'));
  });

  it('shows lines of the profile otel at the same attributes once the pipeline is there', () => {
    const { processors } = object(datadogSetup().pipeline.body) as { processors: Processor[] };
    const bare = shown('otel');
    const logs = shown('otel', processors);
    for (const [n, line] of lines.otel.entries()) {
      if (!isSpan(line)) continue;
      const record = parseLine(line)?.record as SpanRecord;
      // The host is the agent's; what makes up `ddsource` and `ddtags` is set by it, too.
      const { status, service, version, env, hostname, ddsource, ddtags, ...expected } = toDatadog(record);
      const [log] = runDatadogAgent(config, `${JSON.stringify(expected)}\n`);
      const { attributes } = show(log as never);
      expect(logs[n]?.attributes).toMatchObject(attributes);
      expect(logs[n]).toMatchObject({ status, service, tags: { env, version } });
      expect([hostname, ddsource, ddtags]).not.toContain(undefined);
    }
    expect(bare.some(({ attributes }) => 'http.method' in attributes)).toBe(false);
    expect(bare.every(({ service }) => service === 'rag-api')).toBe(true);
  });
});

describe('the documented CloudWatch agent', () => {
  const config = documented('amazon-cloudwatch-agent.json');
  const file = (name: string, text: readonly string[], modified: number) => ({
    path: `/var/log/app/${name}`,
    text: fileOf(text),
    modified,
  });

  it('is what the set-up prints', () => {
    expect(config).toEqual(cloudwatchSetup({ logGroup: '/rag-api/llm', file: '/var/log/app/*.log' }).agent);
  });

  it('makes an event of each line of every file, at the time of the line', () => {
    const files = [file('a.log', lines.otel, 1), file('b.log', [NO_JSON], 2)];
    const events = runCloudwatchAgent(config, files, 7);
    expect(events.map(({ message }) => message)).toEqual([...lines.otel, NO_JSON]);
    expect(events.map(({ timestamp }) => timestamp)).toEqual([
      ...lines.otel.map((line) => Date.parse(String(parsed(line)['@timestamp']))),
      7,
    ]);
    expect(new Set(events.map(({ group }) => group))).toEqual(new Set(['/rag-api/llm']));
    expect(new Set(events.map(({ stream }) => stream)).size).toBe(2);
  });
});

it.each(['filebeat.yml', 'fluent-bit.yaml', 'vector.yaml'])('%s sends to the stream of the set-up', (name) => {
  expect(JSON.stringify(documented(name))).toMatch(
    name === 'vector.yaml'
      ? /"type":"logs","dataset":"spanline","namespace":"default"/
      : /"index":"logs-spanline-default"/,
  );
});
