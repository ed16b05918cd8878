/**
 * Traces the agents of a program that is started with `--import @spanline/openai-agents/register`, instead of the SDK's
 * exporter, which sends traces to OpenAI.
 */

import { setTraceProcessors } from '@openai/agents';
import { defaultTracer } from '@spanline/core';
import { tryRequire } from '@spanline/instrumentation';
import { SpanlineTracingProcessor } from './processor.ts';

if (defaultTracer().enabled) {
  // The CommonJS copy adds the exporter when it is loaded. It must not be loaded after this.
  tryRequire(import.meta.url, '@openai/agents');
  setTraceProcessors([new SpanlineTracingProcessor()]);
}
