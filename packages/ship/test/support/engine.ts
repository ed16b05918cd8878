import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Report, SinkSpec } from '@spanline/ship';
import { type Engine, startEngine } from '../../src/engine/engine.ts';
import { createSinks, resolveSinks } from '../../src/host/sinks.ts';
import { discoverSpool } from '../../src/reading/spool-discovery.ts';
import { createSegmentWriter } from '../../src/spool/segment-writer.ts';
import { claimFolder, closeFolder } from '../../src/state/writer-file.ts';

/** An engine, and what it reported. */
export interface Shipping {
  engine: Engine;
  reports: Report[];
}

/** An engine that retries without making a test wait. */
export function ship(root: string, ...sinks: SinkSpec[]): Shipping {
  return shipEvery(5, root, sinks);
}

/** The same, with so many milliseconds between two looks for lines. */
export function shipEvery(pollMs: number, root: string, sinks: readonly SinkSpec[]): Shipping {
  const reports: Report[] = [];
  const engine = startEngine({
    root,
    from: [discoverSpool({ root, everyWriter: true })],
    sinks: createSinks(resolveSinks(sinks)),
    owner: `test-${Math.random()}`,
    report: (report) => reports.push(report),
    timing: { minMs: 1, maxMs: 5, pauseMs: 5 },
    pollMs,
  });
  onTestFinished(() => engine.stop(0));
  return { engine, reports };
}

/** What a process that is gone has left: lines in segments of a given length. */
export function leave(root: string, lines: readonly string[], writer = 'writer-1-abc', perSegment = 100): string {
  const folder = join(root, writer);
  claimFolder(folder);
  const segments = createSegmentWriter(folder);
  for (const [index, line] of lines.entries()) {
    if (index > 0 && index % perSegment === 0) segments.rotate();
    segments.append(line);
  }
  segments.close();
  closeFolder(folder);
  return folder;
}

/** Lines of a span log, numbered. */
export function spanLines(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return JSON.stringify({
      '@timestamp': '2026-11-23T09:12:35.958Z',
      level: 'info',
      message: `chat ${n}`,
      'event.name': 'span.end',
      'spanline.schema': '1.0',
      'event.id': `boot-${n}`,
      'service.name': 'rag-api',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: (n + 1).toString(16).padStart(16, '0'),
      'span.name': 'chat gpt-4o',
      'span.type': 'llm',
      'span.kind': 'CLIENT',
      'span.status': 'ok',
      'event.start': '2026-11-23T09:12:34.123456Z',
      'event.duration': 1_834_000_000,
    });
  });
}

/** Dead letters of a sink; none where there is no file. */
export function deadLetters(root: string, sink: string): { reason: string; line: string; offset: number }[] {
  try {
    const text = readFileSync(join(root, 'dead-letter', `${sink}.ndjson`), 'utf8');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { reason: string; line: string; offset: number });
  } catch {
    return [];
  }
}
