/** Finds the API that a command calls. */

import { type ClientCall, type Props, props, type ReadRequest, text } from '@spanline/instrumentation';
import { readConverse } from './converse.ts';
import { readAsyncInvoke } from './invoke/read-async-invoke.ts';
import { readInvoke } from './invoke/read-invoke.ts';

const READERS: Readonly<Record<string, (input: Props, isStreamed: boolean) => ClientCall>> = {
  ConverseCommand: readConverse,
  ConverseStreamCommand: readConverse,
  InvokeModelCommand: readInvoke,
  InvokeModelWithResponseStreamCommand: readInvoke,
  StartAsyncInvokeCommand: readAsyncInvoke,
};

/** Reads the commands of a Bedrock client. Counting tokens and applying a guardrail alone get no span. */
export const readRequest: ReadRequest = ({ path: command, body }) => {
  const read = Object.hasOwn(READERS, command) ? READERS[command] : undefined;
  const input = props(body);
  return text(input['modelId']) === undefined ? undefined : read?.(input, command.includes('Stream'));
};
