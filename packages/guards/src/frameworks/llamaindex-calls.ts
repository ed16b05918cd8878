/** Calls of tools in a stream of LlamaIndexTS: the provider adds to one object while it streams. */
import { isObject, props } from '@spanline/instrumentation';
import { list } from '@spanline/record';

/** The provider's own answer has the text once more. Its usage stays. */
export function withoutRaw<T>(answer: T): T {
  const { raw } = props(answer);
  return isObject(raw) ? { ...answer, raw: { usage: props(raw)['usage'] ?? null } } : answer;
}

/** A chunk with calls. Arguments that are still growing are left out of it. */
function withCalls(chunk: object, calls: readonly object[]): object {
  return withoutRaw({ ...chunk, options: { ...props(props(chunk)['options']), toolCall: calls } });
}

/**
 * Leaves out the arguments of a tool call until they are complete: as a value, or at the end of the stream. Chunks
 * without calls stay the same objects.
 */
export async function* wholeCalls(chunks: AsyncIterable<object>): AsyncGenerator<object> {
  const growing = new Map<unknown, object>();
  for await (const chunk of chunks) {
    const calls = list(props(props(chunk)['options'])['toolCall']).filter(isObject);
    if (calls.length === 0) {
      yield chunk;
      continue;
    }
    const shown = calls.map((call) => {
      const { id, input } = props(call);
      if (typeof input !== 'string') growing.delete(id);
      else growing.set(id, call);
      return typeof input === 'string' ? { ...call, input: '' } : call;
    });
    yield withCalls(chunk, shown);
  }
  if (growing.size > 0)
    yield withCalls(
      { raw: null, delta: '' },
      [...growing.values()].map((call) => ({ ...call })),
    );
}
