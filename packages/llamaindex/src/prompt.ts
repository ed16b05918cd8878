import type { SpanAttributes } from '@spanline/core';
import { bag, type Bag, promptAttributes, text } from '@spanline/instrumentation';

/** Where components keep the template that they ask with first. */
const TEMPLATES = ['textQATemplate', 'summaryTemplate', 'condenseMessagePrompt', 'contextSystemPrompt'] as const;

/** What a component asks its model with: the template's name in LlamaIndex, the template, and what was put in, but for the context, which stands in the model call. */
export function readPrompt(component: object, variables: Record<string, unknown>): SpanAttributes {
  const source = component as Bag;
  const name = TEMPLATES.find((key) => text(bag(source[key])['template']) !== undefined);
  if (name === undefined) return {};
  return {
    'gen_ai.prompt.name': name,
    ...promptAttributes(bag(source[name])['template'] as string),
    'spanline.prompt.variables': variables,
  };
}
