/** A request to a model on Amazon Bedrock in its maker's own shape, its answer, and facts that many have. */

/** One invocation. */
export interface Invocation {
  readonly modelId: string;
  readonly body: object;
  /** The whole answer. */
  readonly whole: object;
  /** The answer as the pieces of a stream. */
  readonly pieces?: readonly object[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Facts of the line. */
  readonly line: object;
}

export const AMAZON = { 'x-amzn-bedrock-input-token-count': '26', 'x-amzn-bedrock-output-token-count': '20' };
export const METRICS = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 26, outputTokenCount: 20 } };
export const USAGE = { usage: { prompt_tokens: 26, completion_tokens: 20, total_tokens: 46 } };
export const TOLD = { 'gen_ai.usage.input_tokens': 26, 'gen_ai.usage.output_tokens': 20 };
export const ASKED = [{ role: 'user', content: 'Weather?' }];
export const QUESTION = { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] };
export const SAID = { type: 'text', content: 'It is sunny.' };

/** An answer with one text. */
export const answered = (reason: string): object => ({
  ...TOLD,
  'span.type': 'llm',
  'gen_ai.response.finish_reasons': [reason],
  'gen_ai.output.messages': [{ role: 'assistant', parts: [SAID], finish_reason: reason }],
});

export const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
export const CALLED = { type: 'tool_call', name: 'weather', arguments: { city: 'Oslo' } };
