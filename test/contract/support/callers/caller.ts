/** A program that asks a model, with everything that may record its calls. */

import type { TracerProvider } from '@opentelemetry/api';
import type { Tracer } from '@spanline/core';
import { drain } from '../../../support/records.ts';

/**
 * Who may record a call: Spanline for the framework, for the client or the model below it, and an instrumentation of
 * OpenTelemetry through `SpanlineSpanProcessor`. Wire capture is with each of them.
 */
export type Recorder = 'framework' | 'client' | 'otel';

/** What a program works with. */
export interface Scene {
  readonly url: string;
  readonly tracer: Tracer;
  readonly otel: TracerProvider;
  has(recorder: Recorder): boolean;
}

/** Calls, one after the other. */
type Calls = readonly (() => Promise<unknown>)[];

/** A program that runs. */
interface Started {
  readonly calls: Calls;
  undo?(): void;
}

/** A program. */
export interface Caller {
  readonly name: string;
  readonly recorders: readonly Recorder[];
  /** Alone it sees the calls, and no tokens. */
  readonly seesNoTokens?: Recorder;
  start(scene: Scene): Started | Promise<Started>;
}

/** The models that are asked. */
export const MODELS = {
  gpt: 'gpt-4o',
  embedder: 'text-embedding-3-small',
  claude: 'claude-3-5-haiku-20241022',
  gemini: 'gemini-2.5-flash',
  haiku: 'anthropic.claude-3-5-haiku-20241022-v1:0',
} as const;

/** Options of a client. */
export const KEY = { apiKey: 'test', maxRetries: 0 };

/** A question. */
export const ASKED = [{ role: 'user' as const, content: 'plain' }];

/** Reads a stream to its end. */
export const drained = async (stream: unknown): Promise<unknown> => drain((await stream) as AsyncIterable<unknown>);
