/** The prompt template that a component asks its model with. */

import type { SpanAttributes } from '@spanline/core';
import { props, type Props, promptAttributes, text } from '@spanline/instrumentation';

/** Properties with a template, the one that is used first in front. */
const TEMPLATES = ['textQATemplate', 'summaryTemplate', 'condenseMessagePrompt', 'contextSystemPrompt'] as const;

/**
 * Reads a component's template.
 *
 * @param variables - what was filled in, without the context: that is in the model call
 */
export function readPrompt(component: object, variables: Record<string, unknown>): SpanAttributes {
  const source = component as Props;
  for (const name of TEMPLATES) {
    const template = text(props(source[name])['template']);
    if (template === undefined) continue;
    return { 'gen_ai.prompt.name': name, ...promptAttributes(template), 'spanline.prompt.variables': variables };
  }
  return {};
}
