import { defaultTracer } from '@spanline/core';

/** A call of a model, as an instrumentation would record it. */
export function callModel() {
  const attributes = {
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 40,
    'gen_ai.usage.output_tokens': 12,
  };
  defaultTracer().startSpan({ name: 'chat gpt-4o-mini', type: 'llm', kind: 'CLIENT', attributes }).end();
}
