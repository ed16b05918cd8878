import type { Spellings } from './target.ts';

// Names of https://langfuse.com/integrations/native/opentelemetry.

/** Langfuse's SDK, which is built on OpenTelemetry. */
export const LANGFUSE: Spellings = {
  'langfuse.observation.type': 'nothing',
  'langfuse.observation.input': 'input',
  'langfuse.observation.output': 'output',
  'langfuse.observation.model.name': 'gen_ai.request.model',
  'langfuse.observation.model.parameters': 'parameters',
  'langfuse.observation.usage_details': 'usage object',
  'langfuse.observation.status_message': 'failure',
  'langfuse.observation.prompt.name': 'gen_ai.prompt.name',
  'langfuse.observation.prompt.version': 'gen_ai.prompt.version',
  'langfuse.observation.metadata': 'labels',
  'langfuse.trace.input': 'nothing',
  'langfuse.trace.output': 'nothing',
  'langfuse.trace.tags': 'tags',
  'langfuse.session.id': 'session',
  'langfuse.user.id': 'user',
};
