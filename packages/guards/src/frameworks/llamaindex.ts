/** Guards models of LlamaIndexTS. */
import { patchMethod, props } from '@spanline/instrumentation';
import { list, SpanlineError } from '@spanline/record';
import { Answer } from '../gate/answer.ts';
import { GatedStream, gateWhole } from '../gate/gated-stream.ts';
import { checkInput } from '../gate/input.ts';
import type { Shape } from '../gate/shape.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { Texts } from '../shapes/fields.ts';
import { messageTexts } from '../shapes/requests.ts';
import { wholeCalls, withoutRaw } from './llamaindex-calls.ts';

type Method = (this: object, ...args: unknown[]) => unknown;

function readCalls(options: unknown, path: (string | number)[], texts: Texts): void {
  for (const [at, call] of list(props(options)['toolCall']).entries())
    texts.value(props(call)['input'], [...path, 'toolCall', at, 'input']);
}

function llamaShape(): Shape<object> {
  return {
    read(answer) {
      const texts = new Texts();
      const { delta, message, options } = props(answer);
      texts.piece(delta, ['delta'], 'text');
      readCalls(options, ['options'], texts);
      const { content, options: own } = props(message);
      if (typeof content === 'string') texts.complete(content, ['message', 'content']);
      else
        for (const [at, part] of list(content).entries())
          texts.complete(props(part)['text'], ['message', 'content', at, 'text']);
      readCalls(own, ['message', 'options'], texts);
      return texts;
    },
    replaced: withoutRaw,
    stopped(answer, replacement) {
      const { message, delta } = props(answer);
      if (message !== undefined) {
        const own = { role: 'assistant', content: replacement ?? '' };
        return { chunks: [withoutRaw({ ...answer, message: own })], isShown: true };
      }
      const isLast = props(props(answer)['raw'])['usage'] !== undefined && delta === '';
      if (replacement === undefined && !isLast) return { chunks: [], isShown: false };
      const chunk = withoutRaw({ ...answer, delta: replacement ?? '', options: undefined });
      return { chunks: [chunk], isShown: replacement !== undefined };
    },
  };
}

/**
 * Guards a model of LlamaIndexTS in place: `chat` and `complete`, whole and streamed, also in query engines, chat
 * engines and agents.
 *
 * @returns the same model
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function guardLLM<Model extends object>(llm: Model, options: UseGuardsOptions): Model {
  if (typeof props(llm)['chat'] !== 'function') {
    const expected = 'a model of LlamaIndexTS';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'llm', expected, got: llm });
  }
  const engine = new Engine(options);
  patchMethod(
    llm,
    'chat',
    (original: Method): Method =>
      async function chat(this: object, ...args: unknown[]): Promise<unknown> {
        await checkInput(engine, { texts: messageTexts(props(args[0])['messages']) }, 'input');
        const answer = new Answer(engine, 'output');
        const result = (await Reflect.apply(original, this, args)) as object;
        if (!(Symbol.asyncIterator in result)) return gateWhole(result, answer, llamaShape());
        return new GatedStream(wholeCalls(result as AsyncIterable<object>), answer, llamaShape());
      },
    'object',
  );
  return llm;
}
