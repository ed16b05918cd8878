/** `StartAsyncInvoke`: a film or embeddings that Amazon makes later and puts into a bucket. Nothing is billed yet. */

import type { SpanAttributes } from '@spanline/core';
import { type ClientCall, clientSpan, type Props, props, text, wholeReader } from '@spanline/instrumentation';
import { modelAttributes } from '../request.ts';
import { promptOf } from './pictures.ts';

/** Reads the start of an invocation. */
export function readAsyncInvoke(input: Props): ClientCall {
  const prompt = promptOf(props(input['modelInput']));
  const attributes: SpanAttributes = modelAttributes(input, false);
  if (prompt !== undefined) attributes['spanline.input'] = prompt;
  return {
    span: clientSpan('start_async_invoke', 'task', attributes),
    reader: wholeReader((value): SpanAttributes => {
      const { invocationArn } = props(value);
      return { 'gen_ai.response.id': text(invocationArn), 'spanline.output': { invocationArn } };
    }),
  };
}
