import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import OpenAI from 'openai';

const CLAUSES = [
  { text: 'The notice period is three months to the end of a month.', vector: [0.6, 0.8, 0] },
  { text: 'The deposit is two rents.', vector: [0, 0.6, 0.8] },
];

const score = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

/** Finds the clause that is nearest to a query, by embeddings. */
async function searchClauses({ query }: { query: string }, baseURL: string): Promise<string | undefined> {
  const openai = new OpenAI({ apiKey: 'test', baseURL });
  const { data } = await openai.embeddings.create({ model: 'text-embedding-3-small', input: query });
  const wanted = data[0]?.embedding ?? [];
  return CLAUSES.toSorted((a, b) => score(b.vector, wanted) - score(a.vector, wanted))[0]?.text;
}

/**
 * Answers a question about a lease. A tool searches its clauses.
 *
 * @param searchTool - the tool. @defaultValue a search by embeddings
 */
export async function answer(question: string, baseURL: string, searchTool = searchClauses): Promise<string> {
  const search = tool({
    description: 'Searches the clauses of the lease.',
    inputSchema: jsonSchema<{ query: string }>({ type: 'object', properties: { query: { type: 'string' } } }),
    execute: (given) => searchTool(given, baseURL),
  });
  const { text } = await generateText({
    model: createOpenAI({ apiKey: 'test', baseURL }).chat('gpt-4o-mini'),
    prompt: question,
    tools: { search },
    stopWhen: stepCountIs(3),
  });
  return text;
}
