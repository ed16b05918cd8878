/** The API that a request of a client of OpenAI or Anthropic goes to. */
import type { Shape } from '../gate/shape.ts';
import { chatCompletionsShape } from '../shapes/chat-completions.ts';
import { messagesShape } from '../shapes/messages.ts';
import { responsesShape } from '../shapes/responses.ts';

type CreateShape = () => Shape<unknown>;

const SHAPES: Readonly<Record<string, CreateShape>> = {
  'chat/completions': chatCompletionsShape,
  completions: chatCompletionsShape,
  responses: responsesShape,
  messages: messagesShape,
};
/** Where answers are made, and where they are fetched, changed or cancelled by their id. */
const CREATED = /(?:^|\/)(chat\/completions|completions|responses|messages)(?:\?|$)/;
const FETCHED = /(?:^|\/)(chat\/completions|responses)\/[^/?]+(?:\?|$)/;
const CHANGED = /(?:^|\/)(responses(?=\/[^/?]+\/cancel)|chat\/completions(?=\/[^/?]+(?:\?|$)))/;

/** Resources without the text of a model, and those whose answers come later: files, batches, evaluations. */
const OTHER =
  /^\/?(?:v1\/)?(?:embeddings|images|audio|videos|files|uploads|batches|fine_tuning|moderations|models|vector_stores|containers|evals|skills|assistants|organizations?|realtime|chatkit|user_profiles|tunnels|messages\/(?:count_tokens|batches)|responses\/input_tokens)(?:[/?]|$)/;
/** Texts of a model in a form that no guard reads. */
const UNREAD =
  /(?:^|\/)(?:threads\/[^/]+\/(?:messages|runs)|conversations\/[^/]+\/items|sessions\/[^/]+\/events)(?:[/?]|$)/;

/**
 * Finds the shape of the answer to a request.
 *
 * @param isFetch - the request is a GET
 * @returns `undefined` without an answer of a model, `unread` if no shape is known
 */
export function pathOf(given: unknown, isFetch: boolean): CreateShape | 'unread' | undefined {
  const path = String(given);
  const [, name] = (isFetch ? FETCHED : CREATED).exec(path) ?? (isFetch ? null : CHANGED.exec(path)) ?? [];
  if (isFetch && name === undefined) return UNREAD.test(path) ? 'unread' : undefined;
  if (OTHER.test(path)) return undefined;
  return (name === undefined ? undefined : SHAPES[name]) ?? 'unread';
}
