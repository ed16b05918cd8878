/** A client without an entry of its own: `createGuards` reads its texts. */
import { GoogleGenAI } from '@google/genai';
import { expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { createGuards, detectors, redactOutput } from '../src/index.ts';
import { MAIL, startProvider } from './provider.ts';

test('Google Gen AI: a streamed and a whole answer are redacted', async () => {
  const provider = await startProvider();
  try {
    const google = new GoogleGenAI({ apiKey: 'none', apiVersion: 'v1beta', httpOptions: { baseUrl: provider.url } });
    const guards = createGuards({
      guards: [redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'closed' })],
      tracer: createTracer({ enabled: false }),
    });
    const request = { model: 'gemini-2.5-flash', contents: 'mail' };
    async function* texts(): AsyncGenerator<string> {
      for await (const { text } of await google.models.generateContentStream(request)) yield text ?? '';
    }
    let streamed = '';
    for await (const piece of guards.stream(texts())) streamed += piece;
    const { text } = await google.models.generateContent(request);
    const expected = MAIL.replace('jane.doe@example.org', '[EMAIL]');
    expect([streamed, await guards.checkOutput(text ?? '')]).toEqual([expected, expected]);
  } finally {
    await provider.stop();
  }
});
