/** Compares the parameters of a request with recorded ones. */
import type { Parameters, RecordedModelCall } from '../recording/recorded-call.ts';
import { isAnthropic, type ModelRequest } from '../wire/model-request.ts';
import { canonicalJson } from './flatten.ts';

type Parameter = keyof Parameters;

const PARAMETERS: readonly Parameter[] = ['temperature', 'topP', 'maxTokens', 'seed', 'stop'];

/**
 * Tells whether a framework that recorded one value sends the other. Anthropic's API requires `max_tokens`, which
 * frameworks fill in. Its thinking counts among them, and some frameworks add it. It takes no `temperature` and no
 * `top_p` beside thinking, nor both together: frameworks leave them out.
 */
function isRewritten(key: Parameter, recorded: Parameters, { api, parameters, thinkingTokens }: ModelRequest): boolean {
  if (!isAnthropic(api)) return false;
  const given = parameters[key];
  if (key === 'maxTokens') {
    const { maxTokens } = recorded;
    return maxTokens === undefined || maxTokens + (thinkingTokens ?? 0) === given;
  }
  if (given !== undefined) return false;
  if (key === 'temperature') return thinkingTokens !== undefined;
  return key === 'topP' && (thinkingTokens !== undefined || parameters.temperature !== undefined);
}

/** The first parameter that differs. */
export function differentParameter(call: RecordedModelCall, request: ModelRequest): Parameter | undefined {
  return PARAMETERS.find(
    (key) =>
      canonicalJson(call.parameters[key]) !== canonicalJson(request.parameters[key]) &&
      !isRewritten(key, call.parameters, request),
  );
}
