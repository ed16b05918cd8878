/** A provider whose answers have something to find. */
import { LLMock } from '@copilotkit/aimock';

const usage = { prompt_tokens: 14, completion_tokens: 9, total_tokens: 23 };
export const MAIL = 'Write to jane.doe@example.org or call the Blue Heron office.';

export async function startProvider(): Promise<LLMock> {
  const provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.on({ userMessage: 'mail' }, { content: MAIL, usage }, { chunkSize: 3 });
  provider.on({ userMessage: 'plain' }, { content: 'One two three four five.', usage }, { chunkSize: 3 });
  provider.on(
    { userMessage: 'long' },
    { content: `Blue Heron ${'word '.repeat(2000)}`, usage },
    { chunkSize: 4, latency: 2 },
  );
  provider.on(
    { userMessage: 'json' },
    { content: '{"to":"jane.doe@ex\\u0061mple.org","n":1}', usage },
    { chunkSize: 3 },
  );
  provider.on({ userMessage: 'tool', hasToolResult: true }, { content: 'Sent.', usage });
  provider.on({ hasToolResult: true }, { content: 'Sent.', usage });
  provider.on(
    { userMessage: 'tool' },
    {
      toolCalls: [{ id: 'call_1', name: 'send', arguments: '{"to":"jane.doe\\u0040example.org","body":"Hi"}' }],
      usage,
    },
    { chunkSize: 3 },
  );
  await provider.start();
  return provider;
}
