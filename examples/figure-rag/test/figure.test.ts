import { describe, expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { controlledClock, memoryLog, tree } from '@spanline/core/testing';
import { ragRequest } from '../src/figure.ts';

function figure() {
  const log = memoryLog();
  const clock = controlledClock(Date.UTC(2026, 0, 15, 9, 30));
  const service = { name: 'figure-rag', version: '1.0.0' };
  const tracer = createTracer({ clock, service, logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
  ragRequest(tracer, clock);
  return { lines: log.lines(), records: log.records() };
}

const IDS: readonly string[] = ['trace_id', 'span_id', 'parent_span_id'];

/** Lines without differences between runs: ids are numbered in order, and the process is removed. */
function comparable(lines: readonly Record<string, unknown>[]): string {
  const numbers = new Map<unknown, string>();
  const numbered = lines.map((line) => {
    const { 'event.id': _event, 'host.name': _host, 'process.pid': _process, ...rest } = line;
    for (const key of IDS) {
      if (rest[key] === undefined) continue;
      if (!numbers.has(rest[key])) numbers.set(rest[key], `id${numbers.size + 1}`);
      rest[key] = numbers.get(rest[key]);
    }
    return JSON.stringify(rest);
  });
  return `${numbered.join('\n')}\n`;
}

describe('the trace of the figure', () => {
  it('writes its golden lines', async () => {
    const { lines, records } = figure();
    for (const record of records) expect(validate(record)).toEqual({ valid: true });
    await expect(comparable(lines)).toMatchFileSnapshot('../figure.ndjson');
  });

  it('has the durations, tokens and cost of the figure', () => {
    const { records } = figure();
    expect(records.map((record) => [record['span.name'], record.duration_ms])).toEqual([
      ['embed_query', 85],
      ['vector_search', 120],
      ['rerank', 65],
      ['llm_generate', 870],
      ['post_process', 40],
      ['RAG Request', 1180],
    ]);
    expect(records[1]).toMatchObject({
      'gen_ai.data_source.id': 'docs_v2',
      'gen_ai.retrieval.top_k': 5,
      'spanline.retrieval.count': 5,
      'spanline.retrieval.score_min': 0.72,
      'spanline.retrieval.score_max': 0.91,
    });
    expect(records[3]).toMatchObject({
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.temperature': 0,
      'gen_ai.usage.input_tokens': 580,
      'gen_ai.usage.output_tokens': 840,
      'spanline.cost.usd': 0.0142,
      'spanline.cost.source': 'explicit',
    });
    expect(records[5]).toMatchObject({
      'spanline.rollup.slowest.name': 'llm_generate',
      'spanline.rollup.cost_usd': 0.0142,
      'spanline.rollup.input_tokens': 580,
    });
  });

  it('is the tree of the figure', () => {
    expect(`\n${tree(figure().records)}`).toMatchInlineSnapshot(`
      "
      chain RAG Request
        embedding embed_query
        retriever vector_search
        reranker rerank
        llm llm_generate
        task post_process"
    `);
  });
});
