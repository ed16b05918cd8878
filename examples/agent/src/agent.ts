import { llmSpan, toolSpan, type Tracer, withContext } from '@spanline/core';
import { complete } from './model.ts';
import { queryOrders } from './orders.ts';
import { searchWeb } from './web.ts';

/** The model and the tools. A replay gives recorded ones. */
export interface AgentParts {
  readonly complete: typeof complete;
  readonly searchWeb: typeof searchWeb;
  readonly queryOrders: typeof queryOrders;
}

/** An agent that plans, searches the web, asks a database and writes the answer. */
export async function answerRequest(
  tracer: Tracer,
  userId: string,
  question: string,
  parts: AgentParts = { complete, searchWeb, queryOrders },
): Promise<string> {
  return withContext({ userId, sessionId: `session of ${userId}` }, () =>
    tracer.withSpan({ name: 'Agent Request', type: 'agent', input: question }, async (root) => {
      const ask = (name: string, content: string): Promise<string> =>
        llmSpan(
          {
            tracer,
            name,
            model: 'gpt-4o-mini',
            provider: 'openai',
            temperature: 0,
            messages: [{ role: 'user', content }],
            answer: ({ text, usage }) => ({ output: text, usage, finishReasons: ['stop'] }),
          },
          () => parts.complete(content),
        ).then(({ text }) => text);

      const query = await ask('Planning', `What must be searched for: ${question}`);
      const pages = await toolSpan(
        { tracer, tool: 'web_search', name: 'Web Search', query, arguments: { query } },
        () => parts.searchWeb(query),
      );
      const statement = 'select id, status from orders where user_id = $1 order by id';
      const { rows } = await toolSpan(
        { tracer, tool: 'orders', name: 'DB Query', statement, arguments: [userId] },
        () => parts.queryOrders(userId),
      );
      const facts = [...pages.map(({ title }) => title), ...rows.map(({ id, status }) => `order ${id} is ${status}`)];
      const answer = await ask('Synthesis', `${question}\n${facts.join('\n')}`);
      root.output(answer);
      return answer;
    }),
  );
}
