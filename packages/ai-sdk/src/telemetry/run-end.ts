/** The end of an operation of `ai` 7. */

import { list, type Props, props } from '@spanline/instrumentation';
import { describeEnd, type Operation } from '../calls/operation.ts';

/** The SDK does not report the failure of a request of `embedMany` that it sends again. */
function failRepeated({ steps }: Operation): void {
  steps?.forEach((span) => {
    if (span.type === 'embedding') span.fail(new Error('the request failed, and the SDK sent it again')).end();
  });
}

/** Describes an operation that the SDK reports as done. */
export function describeRun(operation: Operation, event: Props): void {
  const { span, attempts } = operation;
  failRepeated(operation);
  describeEnd(operation, event);
  if (attempts > 1 && span.type !== 'chain') span.set({ 'spanline.retry.attempt': attempts });
}

const NO_STEPS: readonly Props[] = Object.freeze([]);

/** The steps of an operation that made its model calls unseen. Its end has their answers. */
export const unseenSteps = ({ hasCalls, isReplay }: Operation, { steps }: Props): readonly Props[] =>
  hasCalls || isReplay ? NO_STEPS : list(steps).map(props);

/** The request of a step, as far as its answer shows it. */
export const requestOfStep = (step: Props): Props => {
  const { provider, modelId } = props(step['model']);
  return { provider, modelId };
};
