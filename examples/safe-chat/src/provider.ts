import { LLMock } from '@copilotkit/aimock';

/** A model on the loopback interface. It repeats an address, and makes up a fee. */
export async function startProvider(): Promise<LLMock> {
  const provider = new LLMock({ host: '127.0.0.1', port: 0, logLevel: 'silent' });
  const usage = { prompt_tokens: 60, completion_tokens: 14 };
  provider.on(
    { userMessage: 'Whom' },
    { content: 'Write to jane.doe@example.org about your lease.', usage },
    { chunkSize: 4 },
  );
  provider.on({ userMessage: 'fee' }, { content: 'The cancellation fee is 4711 euros.', usage }, { chunkSize: 4 });
  provider.on({ predicate: () => true }, { content: 'The notice period is three months.', usage }, { chunkSize: 4 });
  await provider.start();
  return provider;
}
