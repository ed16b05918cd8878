import { events, json, type WireReply } from './server.ts';

function usage(candidates: number): object {
  return {
    promptTokenCount: 100,
    cachedContentTokenCount: 32,
    candidatesTokenCount: candidates,
    thoughtsTokenCount: 12,
    totalTokenCount: 112 + candidates,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 92 },
      { modality: 'AUDIO', tokenCount: 8 },
    ],
  };
}

function content(parts: readonly object[], candidates: number, finishReason?: string): object {
  return {
    candidates: [
      { content: { role: 'model', parts }, index: 0, ...(finishReason === undefined ? {} : { finishReason }) },
    ],
    usageMetadata: usage(candidates),
    modelVersion: 'gemini-2.5-flash',
    responseId: 'resp_1',
  };
}

/** Generate content: a text. Every chunk of a stream has the usage so far. */
export function googleText(stream: boolean): WireReply {
  if (!stream) return json(content([{ text: 'It is sunny.' }], 8, 'STOP'));
  return events([content([{ text: 'It is' }], 3), content([{ text: ' sunny.' }], 8, 'STOP')]);
}

/** Generate content: a tool call. */
export function googleTool(stream: boolean): WireReply {
  const whole = content([{ functionCall: { name: 'weather', args: { city: 'Oslo' } } }], 8, 'STOP');
  return stream ? events([whole]) : json(whole);
}
