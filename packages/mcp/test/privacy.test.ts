import { describe, expect, it } from 'vitest';
import type { CaptureMode } from '@spanline/core';
import { connected, memoryTracer } from './support/pair.ts';
import { SDK1, SDK2, type Version } from './support/versions.ts';

const SECRET = 'ada.lovelace@example.com';

/** The lines of requests that hold the secret in every place. */
async function linesOf(version: Version, capture: CaptureMode): Promise<string> {
  const { log, tracer } = memoryTracer({ hashKey: 'key' });
  const client = await connected(version, tracer, log, { capture, sampler: async () => SECRET });
  const attempts = [
    client.call('add', { a: SECRET, b: 1 }),
    client.call('ask', { question: SECRET }),
    client.call(`tool ${SECRET}`),
    client.getPrompt({ name: 'greet', arguments: { name: SECRET } }),
    client.getPrompt({ name: SECRET }),
    client.readResource({ uri: `notes://${SECRET}:pw@shelf/one?token=hunter2&mail=${SECRET}#${SECRET}` }),
    client.readResource({ uri: `notes://shelf/${SECRET}` }),
    client.readResource({ uri: `other:${SECRET}` }),
  ];
  await Promise.allSettled(attempts);
  expect(log.records().length).toBeGreaterThanOrEqual(2 * attempts.length);
  return log.raw().join('\n');
}

describe.each([SDK1, SDK2])('the lines of $name', (version) => {
  it.each(['metadata', 'hashed', 'redacted'] as const)('hold no personal data with capture %s', async (capture) => {
    const lines = await linesOf(version, capture);
    expect(lines).not.toContain(SECRET);
  });

  it('have no content and no query of a URI with capture metadata', async () => {
    const lines = await linesOf(version, 'metadata');
    expect(lines).not.toMatch(/hunter2|token=|Greet|a note|Be brief/);
    expect(lines).toContain('"mcp.resource.uri":"notes://shelf/one"');
  });

  it('have all of it with capture full', async () => {
    expect(await linesOf(version, 'full')).toContain(SECRET);
  });
});
