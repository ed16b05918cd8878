/** Frameworks that a package of Spanline traces. */

import { props } from '@spanline/record';
import { type App, packageOf } from './read-app.ts';

/** A framework, and the package that traces it. */
export interface Framework {
  readonly name: string;
  readonly by: string;
  /** Tells whether a package belongs to it. */
  readonly has: (packageName: string) => boolean;
  readonly page: string;
  /** It sends requests to models, which wire capture records. */
  readonly isClient?: true;
}

/** All of them. */
export const FRAMEWORKS: readonly Framework[] = [
  { name: 'Express', by: '@spanline/express', has: (name) => name === 'express', page: 'docs/express.md' },
  { name: 'Fastify', by: '@spanline/fastify', has: (name) => name === 'fastify', page: 'docs/fastify.md' },
  { name: 'Hono', by: '@spanline/hono', has: (name) => name === 'hono', page: 'docs/hono.md' },
  { name: 'Next.js', by: '@spanline/next', has: (name) => name === 'next', page: 'docs/next.md' },
  { name: 'NestJS', by: '@spanline/nestjs', has: (name) => name === '@nestjs/core', page: 'docs/nestjs.md' },
  {
    name: 'LangChain',
    by: '@spanline/langchain',
    has: (name) => name === 'langchain' || name.startsWith('@langchain/'),
    page: 'docs/langchain.md',
  },
  {
    name: 'LlamaIndex',
    by: '@spanline/llamaindex',
    has: (name) => name === 'llamaindex' || name.startsWith('@llamaindex/'),
    page: 'docs/llamaindex.md',
  },
  { name: 'AI SDK', by: '@spanline/ai-sdk', has: (name) => name === 'ai', page: 'docs/ai-sdk.md' },
  { name: 'OpenAI', by: '@spanline/openai', has: (name) => name === 'openai', page: 'docs/clients.md', isClient: true },
  {
    name: 'OpenAI Agents',
    by: '@spanline/openai-agents',
    has: (name) => name === '@openai/agents',
    page: 'docs/openai-agents.md',
  },
  {
    name: 'Claude Agent SDK',
    by: '@spanline/claude-agent-sdk',
    has: (name) => name === '@anthropic-ai/claude-agent-sdk',
    page: 'docs/claude-agent-sdk.md',
  },
  {
    name: 'Mastra',
    by: '@spanline/mastra',
    has: (name) => name === '@mastra/core',
    page: 'docs/mastra.md',
  },
  {
    name: 'Anthropic',
    by: '@spanline/anthropic',
    has: (name) => name === '@anthropic-ai/sdk',
    page: 'docs/clients.md',
    isClient: true,
  },
  {
    name: 'MCP',
    by: '@spanline/mcp',
    has: (name) => name.startsWith('@modelcontextprotocol/'),
    page: 'docs/mcp-tracing.md',
  },
  {
    name: 'Google Gen AI',
    by: '@spanline/google-genai',
    has: (name) => name === '@google/genai',
    page: 'docs/clients.md',
    isClient: true,
  },
  {
    name: 'Amazon Bedrock',
    by: '@spanline/bedrock',
    has: (name) => name === '@aws-sdk/client-bedrock-runtime',
    page: 'docs/clients.md',
    isClient: true,
  },
];

/** Frameworks that sources import; where there is no source, those that package.json names. */
export function usedFrameworks({ sources, manifest }: App): Framework[] {
  const imported = sources.flatMap(({ imports }) => imports.map(packageOf));
  const names = sources.length > 0 ? imported : Object.keys(props(manifest['dependencies']));
  return FRAMEWORKS.filter(({ has }) => names.some(has));
}
