/** The tree and the line on the pages of Google's client are those that a program prints. */

import { GoogleGenAI } from '@google/genai';
import { it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapGoogleGenAI } from '@spanline/google-genai';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';

const PAGES = ['packages/google-genai/README.md', 'docs/clients.md'] as const;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer((newLog, newTracer) => {
  [log, tracer] = [newLog, newTracer];
});

it('a program prints the tree and the line of the pages', async () => {
  const content = { role: 'model', parts: [{ text: 'Hello!' }] };
  const counted = { promptTokenCount: 2, candidatesTokenCount: 2, totalTokenCount: 4 };
  wire.answer(() => json({ candidates: [{ content, finishReason: 'STOP' }], usageMetadata: counted }));
  const ai = wrapGoogleGenAI(new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: wire.url } }), { tracer });
  await tracer.withSpan({ name: 'greet', type: 'chain' }, async () =>
    ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi' }),
  );
  expectTree(PAGES, log.records());
  expectLine(PAGES, log.records());
});
