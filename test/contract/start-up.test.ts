/** Functions that set something up refuse what they cannot read, with the error of every wrong option. */

import { describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import {
  correlation,
  createLogger,
  createTracer,
  jsonSchema,
  lineRedaction,
  loadPrices,
  observe,
  SpanlineError,
  setDefaultTracer,
} from '@spanline/core';
import { createDebugToken, debugSession, feedbackRoute, propagate, spanlineExpress } from '@spanline/express';
import {
  instrumentLangChain,
  SpanlineCallbackHandler,
  traceChatModel,
  traceEmbeddings,
  traceReranker,
  traceVectorStore,
} from '@spanline/langchain';
import { instrumentLlamaIndex, traceWorkflow } from '@spanline/llamaindex';
import { createMonitor, email, metrics, pagerDuty, slack, webhook } from '@spanline/monitor';
import { wrapOpenAI } from '@spanline/openai';
import { open } from '@spanline/query';
import { datadog, elasticsearch, file, kafka, otlp, spool, startShipper, victorialogs } from '@spanline/ship';
import { startViewer, viewer } from '@spanline/viewer';

type Call = (options: never) => unknown;

const work = (): number => 1;
const NAMED: Readonly<Record<string, Call>> = {
  correlation,
  createDebugToken,
  createLogger,
  createMonitor,
  createTracer,
  datadog,
  debugSession,
  elasticsearch,
  email,
  feedbackRoute,
  file,
  instrumentLangChain,
  instrumentLlamaIndex,
  jsonSchema,
  kafka,
  lineRedaction,
  loadPrices,
  metrics,
  observe: (options) => observe(work, options),
  'observe as a decorator': (options) => observe(options),
  open: (options) => open('app.ndjson', options),
  otlp,
  pagerDuty,
  propagate,
  setDefaultTracer,
  slack,
  SpanlineCallbackHandler: (options) => new SpanlineCallbackHandler(options),
  spanlineExpress,
  spool,
  startShipper,
  startViewer,
  traceChatModel,
  traceEmbeddings,
  traceReranker,
  traceVectorStore,
  traceWorkflow,
  victorialogs,
  viewer,
  webhook,
  wrapAnthropic,
  wrapOpenAI,
};

function unreadable(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
}

describe('a value that cannot be read is refused at start-up by', () => {
  it.each(Object.entries(NAMED))('%s', async (_, call) => {
    const refused = Promise.resolve().then(() => call(unreadable()));
    await expect(refused).rejects.toBeInstanceOf(SpanlineError);
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_INVALID_(?:OPTION|ARGUMENT|RULE)$/),
    });
  });

  it.each(['service', 'capture', 'redact', 'sampling', 'limits', 'logger', 'prices', 'content', 'parentContext'])(
    'createTracer, as its option %s',
    (name) => {
      expect(() => createTracer({ [name]: unreadable() })).toThrow(
        expect.objectContaining({ name: 'SpanlineError', code: 'ERR_INVALID_OPTION', option: name }),
      );
    },
  );
});
