/** Anthropic's client. */
import Anthropic from '@anthropic-ai/sdk';
import { wrapAnthropic } from '@spanline/anthropic';
import { type Ask, type Call, NAMES, PARAMETERS, SYSTEM } from './ask.ts';

/** Over messages. */
export const anthropic: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const client = wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: url, maxRetries: 0, fetch }), { tracer });
  const messages: Anthropic.MessageParam[] = [
    { role: 'user', content: question },
    ...turns.flatMap(({ calls, results }): Anthropic.MessageParam[] => [
      { role: 'assistant', content: calls.map(({ id, name, args }) => ({ type: 'tool_use', id, name, input: args })) },
      {
        role: 'user',
        content: results.map((content, at) => ({ type: 'tool_result', tool_use_id: calls[at]?.id ?? '', content })),
      },
    ]),
  ];
  const tools = NAMES.map((name) => ({ name, input_schema: { ...PARAMETERS, type: 'object' as const } }));
  const request = { model: 'claude-sonnet-5-5', max_tokens: 100, system: SYSTEM, messages, tools };
  const answer = stream ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
  return {
    text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: answer.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, args: block.input as Call['args'] }] : [],
    ),
  };
};
