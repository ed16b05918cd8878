/** The client half of `useChat`: it sends the messages, and reads the answer while it arrives. */

import { DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai';
import type { Tracer } from '@spanline/core';

const textOf = ({ parts }: UIMessage): string => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

/**
 * Asks one question, in a span whose trace the service continues.
 *
 * @param signal - leaves in the middle of the answer
 */
export async function ask(tracer: Tracer, url: string, question: string, signal?: AbortSignal): Promise<string> {
  return tracer.withSpan({ name: 'chat', type: 'task', input: question }, async (span) => {
    const transport = new DefaultChatTransport({ api: `${url}/api/chat`, headers: () => tracer.inject({}) });
    const stream = await transport.sendMessages({
      trigger: 'submit-message',
      chatId: 'chat-1',
      messageId: undefined,
      messages: [{ id: 'message-1', role: 'user', parts: [{ type: 'text', text: question }] }],
      abortSignal: signal,
    });
    let answer = '';
    for await (const message of readUIMessageStream({ stream })) answer = textOf(message);
    span.output(answer);
    // A stream that was aborted ends as if it were whole.
    signal?.throwIfAborted();
    return answer;
  });
}
