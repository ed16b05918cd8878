import { LLMock } from '@copilotkit/aimock';

/** A model on the loopback interface. It is busy when it is asked for the first time. */
export async function startProvider(): Promise<LLMock> {
  const provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  const usage = { prompt_tokens: 60, completion_tokens: 14 };
  const busy = { message: 'Slow down', type: 'requests', code: 'rate_limit_exceeded' };
  let isBusy = true;
  const predicate = (): boolean => {
    const wasBusy = isBusy;
    isBusy = false;
    return wasBusy;
  };
  provider.on({ endpoint: 'chat', predicate }, { error: busy, status: 429, retryAfter: 0 });
  provider.on(
    { endpoint: 'chat', hasToolResult: true },
    { content: 'The notice period is three months.', usage },
    { chunkSize: 8 },
  );
  provider.on(
    { endpoint: 'chat' },
    { toolCalls: [{ id: 'call_1', name: 'search', arguments: '{"query":"notice period"}' }], usage },
  );
  provider.onEmbedding(/.*/, { embedding: [0.6, 0.8, 0] });
  await provider.start();
  return provider;
}
