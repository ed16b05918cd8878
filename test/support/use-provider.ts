import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll } from 'vitest';
import { startProvider } from './provider.ts';

/** Starts the provider of {@link startProvider} for all tests of a file. */
export function useProvider(take: (provider: LLMock) => void): void {
  let provider: LLMock;
  beforeAll(async () => {
    provider = await startProvider();
    take(provider);
  });
  afterAll(() => provider.stop());
}
