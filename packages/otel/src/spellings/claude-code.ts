import type { Spellings } from './target.ts';

/** Claude Code and its SDK, whose spans are called `claude_code.*` and whose attributes have no prefix. */
export const CLAUDE_CODE: Spellings = {
  'span.type': 'nothing',
  model: 'gen_ai.request.model',
  input_tokens: 'usage:input_tokens',
  output_tokens: 'usage:output_tokens',
  cache_read_tokens: 'usage:cache_read_input_tokens',
  cache_creation_tokens: 'usage:cache_creation_input_tokens',
  cost_usd: 'spanline.cost.reported_usd',
  ttft_ms: ['gen_ai.response.time_to_first_chunk', 0.001],
  stop_reason: 'gen_ai.response.finish_reasons',
  request_id: 'spanline.provider.request_id',
  attempt: 'spanline.retry.attempt',
  tool_name: 'gen_ai.tool.name',
  tool_use_id: 'gen_ai.tool.call.id',
  tool_input: 'gen_ai.tool.call.arguments',
  tool_output: 'gen_ai.tool.call.result',
  user_prompt: 'input',
  response: 'output',
  duration_ms: 'nothing',
  user_prompt_length: 'nothing',
  'interaction.duration_ms': 'nothing',
};
