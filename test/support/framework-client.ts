import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type OpenAI from 'openai';
import type { OpenAIClient } from '@spanline/openai';

/** The class of OpenAI's client that a framework brings with it, which is another copy. */
export async function openaiClassOf(framework: '@langchain/openai' | '@llamaindex/openai'): Promise<OpenAIClient> {
  const path = createRequire(createRequire(import.meta.url).resolve(framework)).resolve('openai');
  const module = (await import(pathToFileURL(path.replace(/\.js$/, '.mjs')).href)) as { OpenAI: typeof OpenAI };
  return module.OpenAI.prototype;
}
