import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destination, pino } from 'pino';
import { createLogger, createTracer, observe, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { type BenchCase, measure } from './harness.ts';
import { metadataRow } from './metadata.ts';
import { bytesPerSpan, type Row, ratio, told } from './rows.ts';

const TEXT =
  'Revenue developed well in the third quarter: the support bot answered most questions by itself, and the manual says how. '.repeat(
    4,
  );

const MESSAGES = [
  { role: 'system', parts: [{ type: 'text', content: 'You answer questions about the manual.' }] },
  { role: 'user', parts: [{ type: 'text', content: TEXT.slice(0, 450) }] },
];
const ANSWER = [{ role: 'assistant', parts: [{ type: 'text', content: TEXT.slice(0, 400) }] }];

const SCOPE = { name: '@spanline/bench', version: '0.1.0' };

/** A model call as sources write it: 45 keys, about 1 kB of content. */
function modelCall(tracer: Tracer): void {
  tracer
    .startSpan({
      name: 'chat gpt-4o-mini',
      type: 'llm',
      scope: SCOPE,
      labels: { tenant: 'a', tier: 2 },
    })
    .set({
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.response.id': 'chatcmpl-8f7g6h5j4k3l2m1n',
      'gen_ai.request.temperature': 0,
      'gen_ai.request.max_tokens': 512,
      'gen_ai.request.top_p': 1,
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': 0.412,
      'gen_ai.usage.input_tokens': 1532,
      'gen_ai.usage.output_tokens': 287,
      'gen_ai.usage.cache_read.input_tokens': 1024,
      'server.address': 'api.openai.com',
      'server.port': 443,
      'spanline.stream.chunks': 88,
      'gen_ai.input.messages': MESSAGES,
      'gen_ai.output.messages': ANSWER,
    })
    .end();
}

function recordOf(): object {
  const log = memoryLog();
  modelCall(
    createTracer({
      logger: log.logger,
      service: { name: 'bench', version: '1' },
      statsIntervalSeconds: 0,
      capture: 'full',
    }),
  );
  return log.lines()[0] ?? {};
}

async function spanRows(name: string, file: string): Promise<Row[]> {
  const record = recordOf();
  const bare = pino({ base: null }, destination({ dest: file, sync: true }));
  const tracerOf = (capture: 'full' | 'redacted' | 'metadata'): Tracer =>
    createTracer({
      logger: createLogger({}, file),
      service: { name: 'bench', version: '1' },
      statsIntervalSeconds: 0,
      capture,
    });
  const full = tracerOf('full');
  const redacted = tracerOf('redacted');
  const metadata = tracerOf('metadata');
  const inRedacted: BenchCase = { name: 'redacted', run: () => modelCall(redacted) };
  const inMetadata: BenchCase = { name: 'metadata', run: () => modelCall(metadata) };
  const cases: BenchCase[] = [
    { name: 'bare pino.info', run: () => bare.info(record) },
    { name: 'full', run: () => modelCall(full) },
    inRedacted,
    inMetadata,
  ];
  const [baseline, ...rest] = await measure(cases);
  const limits = [1.6, 2.2, 1.6];
  const against = rest.map((result, index) =>
    ratio(
      `span of ${Object.keys(record).length} keys, 1 kB, ${result.name}, ${name}`,
      limits[index] ?? Number.NaN,
      result,
      baseline,
    ),
  );
  return [...against, await metadataRow(`span, ${name}`, inMetadata, inRedacted)];
}

const traced = (file: string, sync: boolean): Tracer =>
  createTracer({ logger: createLogger({ sync }, file), service: { name: 'bench' }, statsIntervalSeconds: 0 });

/** What it costs that a line is in the file when `end()` returns (law 3 of the architecture), and bytes of small spans. */
async function lineAndByteRows(file: string): Promise<Row[]> {
  const [writes, queues, quiet] = [traced(file, true), traced(file, false), traced('/dev/null', true)];
  const answer = observe((question: string) => `answer ${question.length}`, { tracer: quiet, type: 'tool' });
  const [synchronous, queued, bare, observed] = await measure([
    { name: 'synchronous', run: () => modelCall(writes) },
    { name: 'sync: false', run: () => modelCall(queues), settle: () => queues.flush() },
    { name: 'bare span', run: () => quiet.startSpan({ name: 'x', type: 'task' }).end() },
    { name: 'observe', run: () => void answer('How do I?') },
  ]);
  return [
    told('span whose line is in a file when it ends', synchronous, queued),
    bytesPerSpan('span without content', 3.2, 1, undefined, bare),
    bytesPerSpan('observe', 5.4, 1, undefined, observed),
    bytesPerSpan('model call with 1 kB', 22, 1, undefined, synchronous),
  ];
}

async function disabledRow(): Promise<Row> {
  const tracer = createTracer({ enabled: false });
  const work = (rounds: number): number => {
    let sum = 0;
    for (let index = 0; index < rounds; index++) sum += Math.sqrt(index);
    return sum;
  };
  const watched = observe(work, { tracer });
  const [bare, disabled] = await measure([
    { name: 'bare function', run: () => void work(2000) },
    { name: 'observe, disabled', run: () => void watched(2000) },
  ]);
  return ratio('observe, disabled', 1.02, disabled, bare);
}

/** Rows of core. */
export async function coreRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-bench-'));
  try {
    return [
      ...(await spanRows('/dev/null', '/dev/null')),
      ...(await spanRows('file', join(folder, 'bench.ndjson'))),
      ...(await lineAndByteRows(join(folder, 'lines.ndjson'))),
      await disabledRow(),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
