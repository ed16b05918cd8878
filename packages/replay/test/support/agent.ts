/** An agent whose model follows a script. */
import type { LLMock } from '@copilotkit/aimock';
import { retrieverSpan, toolSpan } from '@spanline/core';
import type { Ask, Asking, Call, Turn } from './clients/ask.ts';

/** One answer of the model: calls of tools, or the end. */
export type Step = { readonly calls: readonly Call[] } | { readonly text: string } | { readonly status: number };

/** The tools and the retriever of the agent. */
export interface Parts {
  readonly tool: (name: string, args: Call['args']) => Promise<string>;
  readonly retrieve: (query: string) => Promise<readonly { readonly content?: string }[]>;
}

/** What a run did. */
export interface Outcome {
  readonly answer: string;
  readonly calls: readonly (readonly [name: string, args: Call['args'], result: string])[];
}

const MAX_TURNS = 10;

/** Runs the agent: it retrieves, then asks the model until it calls no tool any more. */
export async function runAgent(ask: Ask, asking: Asking, question: string, parts: Parts): Promise<Outcome> {
  const { tracer } = asking;
  return tracer.withSpan({ name: 'agent', type: 'agent' }, async () => {
    const documents = await retrieverSpan({ tracer, name: 'docs', query: question }, () => parts.retrieve(question));
    const asked = `${question} ${documents.map(({ content }) => content).join('; ')}`;
    const turns: Turn[] = [];
    const made: (readonly [string, Call['args'], string])[] = [];
    while (turns.length < MAX_TURNS) {
      const { text, calls } = await ask(asking, asked, turns);
      if (calls.length === 0) return { answer: text, calls: made };
      const results: string[] = [];
      for (const { name, args } of calls) {
        const result = await toolSpan({ tracer, tool: name, arguments: args }, () => parts.tool(name, args));
        results.push(result);
        made.push([name, args, result]);
      }
      turns.push({ calls, results });
    }
    return { answer: '', calls: made };
  });
}

/** Makes the provider follow a script for the questions that begin with a name. */
export function follow(provider: LLMock, name: string, script: readonly Step[]): void {
  for (const [index, step] of script.entries()) {
    const predicate = ({ messages }: { messages: readonly { role: string; content?: unknown }[] }): boolean =>
      messages.some(({ role, content }) => role === 'user' && JSON.stringify(content ?? '').includes(`${name} `)) &&
      messages.filter(({ role }) => role === 'assistant').length === index;
    if ('status' in step)
      provider.on({ predicate }, { error: { message: 'Not now', type: 'server_error' }, status: step.status });
    else if ('text' in step) provider.on({ predicate }, { content: step.text });
    else
      provider.on(
        { predicate },
        {
          toolCalls: step.calls.map(({ id, name: called, args }) => ({
            id,
            name: called,
            arguments: JSON.stringify(args),
          })),
        },
      );
  }
}
