import { BaseEmbedding, Document, type LLM, Settings, VectorStoreIndex } from 'llamaindex';
import { destination, pino } from 'pino';
import { type CaptureMode, createLogger, createTracer, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { type BenchCase, measure } from './harness.ts';
import { metadataRow } from './metadata.ts';
import { bytesPerSpan, type Row, ratio, told } from './rows.ts';

/** Spans of one query: engine, retriever, its search of the store, embedding, synthesis, model. */
const SPANS = 6;

const createBenchTracer = (capture: CaptureMode = 'redacted'): Tracer =>
  createTracer({ logger: createLogger({}, '/dev/null'), service: { name: 'bench' }, statsIntervalSeconds: 0, capture });

class Letters extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(text: string): Promise<number[]> {
    return Array.from({ length: 64 }, (_, index) => ((text.codePointAt(index % text.length) ?? 0) % 97) + 0.5);
  }
}

/** A query that ends with the very lines of its spans, written by a bare pino that is handed them ready-made. */
async function withReadyLines(query: () => Promise<void>): Promise<() => Promise<void>> {
  const log = memoryLog();
  const uninstall = instrumentLlamaIndex({ tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0 }) });
  await query();
  uninstall();
  const records = log.lines();
  const bare = pino({ base: null }, destination({ dest: '/dev/null', sync: true }));
  return async () => {
    await query();
    for (const record of records) bare.info(record);
  };
}

/** An in-memory query: embedding, vector search, synthesis, an LLM without latency. */
export async function llamaIndexRows(): Promise<Row[]> {
  const answer = async (): Promise<object> => ({
    text: 'yes',
    raw: null,
    message: { role: 'assistant', content: 'yes' },
  });
  Settings.embedModel = new Letters();
  Settings.llm = { metadata: { model: 'none', contextWindow: 4096 }, chat: answer, complete: answer } as unknown as LLM;
  const pages = Array.from(
    { length: 50 },
    (_, index) => new Document({ text: `page ${index} about topic ${index % 7}` }),
  );
  const engine = (await VectorStoreIndex.fromDocuments(pages)).asQueryEngine({ similarityTopK: 4 });
  const run = async (): Promise<void> => {
    await engine.query({ query: 'topic 1' });
  };
  const tracer = createBenchTracer();
  const metadata = createBenchTracer('metadata');
  const inRedacted: BenchCase = { name: 'instrumented', run, turn: () => instrumentLlamaIndex({ tracer }) };
  const inMetadata: BenchCase = {
    name: 'instrumented, metadata',
    run,
    turn: () => instrumentLlamaIndex({ tracer: metadata }),
  };
  const [bare, instrumented, uninstalled, ready] = await measure([
    { name: 'not instrumented', run },
    inRedacted,
    {
      name: 'uninstalled',
      run,
      turn: () => {
        instrumentLlamaIndex({ tracer })();
        return () => {};
      },
    },
    { name: 'bare pino.info of the same records', run: await withReadyLines(run) },
  ]);
  return [
    ratio('LlamaIndex in-memory query, CPU', 1.25, instrumented, bare),
    told('LlamaIndex in-memory query, CPU', ready, bare),
    bytesPerSpan('LlamaIndex query', 10.3, SPANS, bare, instrumented),
    await metadataRow('LlamaIndex', inMetadata, inRedacted),
    ratio('LlamaIndex in-memory query after uninstalling, CPU', 1.05, uninstalled, bare),
  ];
}
