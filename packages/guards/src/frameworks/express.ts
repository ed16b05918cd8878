/** Guards requests and responses of Express. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { option, type Shape } from '@spanline/record';
import { checkInput, type Input } from '../gate/input.ts';
import { Engine, type UseGuardsOptions } from '../guards/engine.ts';
import { isGuardError } from '../guards/guard-error.ts';
import { valueTexts } from '../shapes/requests.ts';
import { isJson, isText } from './body.ts';
import { blockedBody, holdResponse } from './held-response.ts';

/** Options of {@link guardExpress}. */
export interface GuardExpressOptions extends UseGuardsOptions {
  /**
   * Fields of the data of server-sent events that hold pieces of one text, such as `delta` or
   * `choices.*.delta.content`. Texts of other fields are complete. Data that is no JSON is a piece.
   *
   * @defaultValue none
   */
  pieces?: readonly string[];
}

/** A handler of Express. */
export type GuardHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

const SHAPE: Shape<Pick<GuardExpressOptions, 'pieces'>> = {
  pieces: option.like<readonly string[]>(
    'an array of paths such as choices.*.delta.content',
    (value) => Array.isArray(value) && value.every((path) => typeof path === 'string' && path !== ''),
  ),
};
/** Express' request: `body` if a parser has read it, `query` of the URL. */
interface ExpressRequest extends IncomingMessage {
  readonly body?: unknown;
  readonly query?: unknown;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Texts of a request. A body that no parser has read cannot be read here either. */
function inputOf(req: ExpressRequest): Input {
  const { body, query } = req;
  const type = req.headers['content-type'] ?? '';
  const texts = [...valueTexts(query, 'user').texts];
  if (body instanceof Uint8Array) {
    if (isText(type)) texts.push({ role: 'user', text: new TextDecoder().decode(body), isJson: isJson(type) });
  } else texts.push(...valueTexts(body, 'user').texts);
  return { texts, unmapped: body === undefined && hasBody(req) && isText(type) ? ['body of the request'] : [] };
}

/**
 * Creates a middleware that guards the body and the query of a request, and the response: JSON and text as a whole,
 * up to `maxHeld` characters, server-sent events one by one. Add it behind `express.json()` and `compression()`. A
 * blocked request or response has the status 422 and `{ error: { code, guard, rule, spanId } }`; a blocked stream ends
 * with this as an event `error`. A body that is compressed already, a part of a file, or a body of a request that
 * nothing has parsed is a failure (`unmapped`). Images and other bytes pass.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { detectors, guardExpress, redactOutput } from '@spanline/guards';
 * import express from 'express';
 *
 * const guards = [redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode: 'closed' })];
 * const app = express().use(express.json(), guardExpress({ guards, pieces: ['delta'] }));
 * ```
 */
export function guardExpress(options: GuardExpressOptions): GuardHandler {
  const engine = new Engine(options, SHAPE);
  const { pieces = [] } = options;

  async function guard(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    try {
      await checkInput(engine, inputOf(req), 'input');
    } catch (error) {
      if (!isGuardError(error)) throw error;
      res.statusCode = 422;
      res.setHeader('content-type', 'application/json; charset=utf-8');
      res.end(JSON.stringify(blockedBody(error)));
      return false;
    }
    if (engine.outputs.length > 0) holdResponse(res, engine, pieces);
    return true;
  }

  return async (req, res, next) => {
    let isOpen: boolean;
    try {
      isOpen = await guard(req, res);
    } catch (error) {
      next(error);
      return;
    }
    if (isOpen) next();
  };
}
