/** OpenAI's client. */
import OpenAI from 'openai';
import { wrapOpenAI } from '@spanline/openai';
import { type Ask, type Call, NAMES, PARAMETERS, SYSTEM } from './ask.ts';

/** Over chat completions. */
export const openai: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0, fetch }), { tracer });
  const messages = [
    { role: 'system' as const, content: SYSTEM },
    { role: 'user' as const, content: question },
    ...turns.flatMap(({ calls, results }) => [
      {
        role: 'assistant' as const,
        content: null,
        tool_calls: calls.map(({ id, name, args }) => ({
          id,
          type: 'function' as const,
          function: { name, arguments: JSON.stringify(args) },
        })),
      },
      ...results.map((content, at) => ({ role: 'tool' as const, tool_call_id: calls[at]?.id ?? '', content })),
    ]),
  ];
  const tools = NAMES.map((name) => ({ type: 'function' as const, function: { name, parameters: PARAMETERS } }));
  const request = { model: 'gpt-4o', messages, tools, temperature: 0 };
  const answer = stream
    ? await client.chat.completions.stream(request).finalChatCompletion()
    : await client.chat.completions.create(request);
  const message = answer.choices[0]?.message;
  return {
    text: message?.content ?? '',
    calls: (message?.tool_calls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) as Call['args'] }]
        : [],
    ),
  };
};

/** Over Responses. */
export const responses: Ask = async ({ tracer, url, stream, fetch }, question, turns) => {
  const client = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${url}/v1`, maxRetries: 0, fetch }), { tracer });
  const input: OpenAI.Responses.ResponseInput = [
    { role: 'user', content: question },
    ...turns.flatMap(({ calls, results }): OpenAI.Responses.ResponseInput => [
      ...calls.map(({ id, name, args }) => ({
        type: 'function_call' as const,
        call_id: id,
        name,
        arguments: JSON.stringify(args),
      })),
      ...results.map((output, at) => ({
        type: 'function_call_output' as const,
        call_id: calls[at]?.id ?? '',
        output,
      })),
    ]),
  ];
  const tools = NAMES.map((name) => ({ type: 'function' as const, name, parameters: PARAMETERS, strict: false }));
  const request = { model: 'gpt-4o', instructions: SYSTEM, input, tools, temperature: 0 };
  const answer = stream
    ? await client.responses.stream(request).finalResponse()
    : await client.responses.create(request);
  return {
    text: answer.output_text,
    calls: answer.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) as Call['args'] }]
        : [],
    ),
  };
};
