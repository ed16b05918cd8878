/** A real OpenTelemetry collector takes spans of both sides, and passes them on unchanged. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { OtlpTraces } from '@spanline/core';
import { startCollector } from './support/collector.ts';
import type { RunningServer } from './support/server.ts';

const { collector: files } = inject('servers');
const EXAMPLE = fileURLToPath(new URL('../../examples/opentelemetry/', import.meta.url));

type Span = OtlpTraces['resourceSpans'][number]['scopeSpans'][number]['spans'][number];

const spansOf = ({ resourceSpans }: OtlpTraces): Span[] =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

const attribute = ({ attributes }: Span, key: string): unknown =>
  Object.values(attributes.find((each) => each.key === key)?.value ?? {})[0];

describe.skipIf(files === undefined)('an OpenTelemetry collector', () => {
  let behind: Server;
  let collector: RunningServer | undefined;
  const received: Span[] = [];

  beforeAll(async () => {
    behind = createServer((req, res) => {
      let body = '';
      req.setEncoding('utf8').on('data', (piece: string) => void (body += piece));
      req.on('end', () => {
        received.push(...spansOf(JSON.parse(body) as OtlpTraces));
        res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(behind, 'listening');
    collector = await startCollector(files as string, `http://127.0.0.1:${(behind.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await collector?.stop();
    behind.close();
  });

  it("has the example's spans of OpenTelemetry's API and of ours", async () => {
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: (collector as RunningServer).url };
    const args = ['--conditions', '@spanline/source', '--import', 'tsx', 'src/main.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: EXAMPLE, env });
    const printed = stdout.trim().split('\n');
    const sent = spansOf(JSON.parse(printed.at(-1) ?? '') as OtlpTraces);
    expect(sent.map(({ name }) => name)).toEqual(['embed_query', 'vector_search', 'llm_generate', 'rag_query']);
    await expect.poll(() => received.length).toBe(8);
    for (const span of sent) {
      const taken = received.find(({ spanId }) => spanId === span.spanId);
      expect(taken).toMatchObject({
        traceId: span.traceId,
        name: span.name,
        startTimeUnixNano: span.startTimeUnixNano,
        endTimeUnixNano: span.endTimeUnixNano,
      });
      expect(taken?.parentSpanId || undefined).toBe(span.parentSpanId);
    }
    const models = received.filter(({ name }) => name === 'llm_generate');
    expect(models.map((span) => attribute(span, 'gen_ai.usage.input_tokens'))).toEqual(['148', '148']);
    expect(models.map((span) => attribute(span, 'openinference.span.kind'))).toEqual(['LLM', 'LLM']);
    expect(new Set(received.map(({ traceId }) => traceId)).size).toBe(2);
  });
});
