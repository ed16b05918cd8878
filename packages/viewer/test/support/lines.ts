/** Lines of spans, as a tracer writes them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Fields of a line beside its ids. */
export type Fields = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 10, 23, 9, 12, 34);

export const traceId = (n: number): string => n.toString(16).padStart(32, '0');
export const spanId = (n: number): string => n.toString(16).padStart(16, '0');

interface Place {
  readonly trace: number;
  readonly span: number;
  readonly parent?: number;
  /** Milliseconds after the first start. */
  readonly fromMs?: number;
  readonly durationMs?: number;
}

/** The line of a span that ended. */
export function spanLine({ trace, span, parent, fromMs = 0, durationMs = 10 }: Place, fields: Fields = {}): string {
  const iso = (ms: number): string => new Date(START + ms).toISOString();
  return JSON.stringify({
    '@timestamp': iso(fromMs + durationMs),
    level: 'info',
    message: 'span',
    'event.name': 'span.end',
    'spanline.schema': '1.0',
    'service.name': 'shop',
    'span.status': 'ok',
    trace_id: traceId(trace),
    span_id: spanId(span),
    ...(parent === undefined ? {} : { parent_span_id: spanId(parent) }),
    'span.name': `step ${span}`,
    'span.type': 'task',
    'event.start': iso(fromMs),
    duration_ms: durationMs,
    ...fields,
  });
}

/** The line of an alert, some milliseconds after the first start. */
export function alertLine(atMs: number, fields: Fields = {}): string {
  return JSON.stringify({
    '@timestamp': new Date(START + atMs).toISOString(),
    level: 'error',
    message: 'requests are slow',
    'event.name': 'alert',
    'event.id': `alert-${atMs}`,
    'spanline.schema': '1.0',
    'service.name': 'shop',
    'spanline.alert.name': 'slow_requests',
    'spanline.alert.event': 'fired',
    'spanline.alert.state': 'ALERT',
    'spanline.alert.severity': 'critical',
    'spanline.alert.metric': 'latency_p95_ms',
    'spanline.alert.value': 2000,
    'spanline.alert.threshold': 1000,
    'spanline.alert.comparison': 'gt',
    'spanline.alert.window_s': 86_400,
    'spanline.alert.dedup_key': 'slow',
    ...fields,
  });
}

/** A file with lines, removed after the test. */
export function logWith(lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-viewer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'app.ndjson');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}
