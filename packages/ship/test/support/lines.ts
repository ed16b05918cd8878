import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import type { SinkSpec } from '@spanline/ship';
import { leave, ship } from './engine.ts';
import { temporaryFolder } from './folder.ts';

/** Ships lines and gives back the folder. */
export async function shipLines(lines: readonly string[], sink: SinkSpec): Promise<{ root: string; stats: unknown }> {
  const root = temporaryFolder();
  leave(root, lines);
  const { engine } = ship(root, sink);
  await engine.drain();
  return { root, stats: engine.stats()[sink.name] };
}

/** Lines of a small trace: a request, a call of a model in it, and a line of the application. */
export function trace(profile: 'otel' | 'ecs' | 'datadog'): string[] {
  const log = memoryLog({ profile });
  const tracer = createTracer({
    logger: log.logger,
    service: { name: 'rag-api', environment: 'test' },
    capture: 'full',
    statsIntervalSeconds: 0,
  });
  const request = tracer.startSpan({ name: 'POST /ask', type: 'http' });
  const call = tracer.startSpan({ name: 'chat gpt-4o', type: 'llm', parent: request });
  call.set({ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.request.temperature': 0.5, 'gen_ai.usage.input_tokens': 14 });
  call.label('tenant', 'acme').input('Where is it?').output('There.').fail(new TypeError('boom')).end();
  tracer.run(request, () => tracer.logger.info({ documents: 4 }, 'found'));
  request.end();
  return log.raw();
}
