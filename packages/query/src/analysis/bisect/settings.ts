/** The settings of a trace that a change may have moved: versions, prompts, models, tools, retrievers. */

import { createHash } from 'node:crypto';
import type { SpanRecord } from '@spanline/record';

/** Fields whose changes are looked for. */
export const SETTINGS = ['service.version', 'prompt', 'model', 'tools', 'retriever'] as const;
export type Setting = (typeof SETTINGS)[number];

const HASH_DIGITS = 8;
const MAX_NAMES = 12;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);

/** `answer 4 (3f2a91c0)`: a text that changes under one version is a change too. */
function promptOf(record: SpanRecord): string | undefined {
  const { 'gen_ai.prompt.name': name, 'gen_ai.prompt.version': version } = record;
  const template = record['spanline.prompt.template_sha256']?.slice(0, HASH_DIGITS);
  const known = [name, version].filter((part) => part !== undefined).join(' ');
  if (template === undefined) return known === '' ? undefined : known;
  return known === '' ? template : `${known} (${template})`;
}

/** A list that is JSON; `undefined` where its end was cut off. */
function listIn(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(tool: unknown): string {
  const name: unknown = (tool as { readonly name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : '(no name)';
}

/** `lookup, search (5d41402a)`: the names, and the hash of the definitions in any order. */
function toolsOf(record: SpanRecord): string | undefined {
  const text = record['gen_ai.tool.definitions'];
  if (typeof text !== 'string') return undefined;
  const tools = listIn(text);
  if (tools === undefined) return `(${hashOf(text)})`;
  const names = [...new Set(tools.map(nameOf))].toSorted();
  const shown = names.length > MAX_NAMES ? `${names.slice(0, MAX_NAMES).join(', ')}, …` : names.join(', ');
  const sorted = tools.map((tool) => JSON.stringify(tool)).toSorted();
  return `${shown} (${hashOf(sorted.join('\n'))})`;
}

/** `contracts top 20`: where was searched, and for how many documents. */
function retrieverOf(record: SpanRecord): string | undefined {
  const type = record['span.type'];
  if (type === 'embedding') return record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
  if (type !== 'retriever' && type !== 'reranker') return undefined;
  const { 'gen_ai.data_source.id': source, 'gen_ai.retrieval.top_k': top } = record;
  const model = record['gen_ai.request.model'];
  const parts = [source, model, top === undefined ? undefined : `top ${top}`].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** The settings that one span shows. A model is the one that answered: an alias may move to another. */
export function* settingsOf(record: SpanRecord): Generator<readonly [setting: Setting, value: string]> {
  const version = record['service.version'];
  if (version !== undefined) yield ['service.version', version];
  const retriever = retrieverOf(record);
  if (retriever !== undefined) yield ['retriever', retriever];
  if (record['span.type'] !== 'llm') return;
  const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
  if (model !== undefined) yield ['model', model];
  const prompt = promptOf(record);
  if (prompt !== undefined) yield ['prompt', prompt];
  const tools = toolsOf(record);
  if (tools !== undefined) yield ['tools', tools];
}
