import { LLMock } from '@copilotkit/aimock';

/** Tokens of every answer. */
export const USAGE = { prompt_tokens: 40, completion_tokens: 12, total_tokens: 52 } as const;

const FIXED = { id: 'fixed-1', created: 1, usage: USAGE };
const LONG = 'one two three four five six seven eight nine ten';

/** Starts a provider that answers what the scenarios ask; ids and times are the same for every request. */
export async function startProvider(): Promise<LLMock> {
  const provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.on({ userMessage: 'plain' }, { content: LONG, ...FIXED }, { chunkSize: 10 });
  provider.on({ userMessage: 'slow' }, { content: LONG, ...FIXED }, { chunkSize: 5, latency: 5 });
  provider.on({ userMessage: 'as json' }, { content: '{"city":"Oslo"}', ...FIXED });
  provider.on({ userMessage: 'weather', hasToolResult: true }, { content: 'It is sunny.', ...FIXED });
  provider.on(
    { userMessage: 'weather' },
    { toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' }], ...FIXED },
  );
  provider.on(
    { userMessage: 'limited' },
    {
      error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
      status: 429,
      retryAfter: 0,
    },
  );
  provider.on({ userMessage: 'faulty' }, { error: { message: 'Internal fault', type: 'server_error' }, status: 500 });
  provider.on({ userMessage: 'cut off' }, { content: LONG }, { chunkSize: 5, latency: 5, truncateAfterChunks: 4 });
  provider.on({ userMessage: 'malformed' }, { content: 'x' }, { chaos: { malformedRate: 1 } });
  provider.on({ userMessage: 'gone' }, { content: 'x' }, { chaos: { disconnectRate: 1 } });
  provider.on({ userMessage: 'never' }, { content: 'x' }, { chaos: { latencyMs: 3000 } });
  provider.onEmbedding(/.*/, { embedding: [0.5, 0.25, 0.125] });
  provider.onModerate(/bad/, { flagged: true, categories: { violence: true } });
  provider.onSpeech(/.*/, { audio: Buffer.from('sound').toString('base64') });
  provider.onTranscription({ transcription: { text: 'a transcript' } });
  provider.onImage(/.*/, { image: { url: 'https://images.example/a.png' } });
  await provider.start();
  return provider;
}
