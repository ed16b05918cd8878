/** The AI SDK, in both versions. */

import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import * as ai7 from 'ai';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai3';
import * as ai6 from 'ai6';
import { spanlineEmbeddingMiddleware, spanlineMiddleware, spanlineTelemetry } from '@spanline/ai-sdk';
import { type Caller, drained, MODELS, type Scene } from './caller.ts';

/** A version of the AI SDK behind the types of the newest one. */
interface AiSdk {
  readonly ai: typeof ai7;
  readonly provide: typeof createOpenAI;
  readonly tracing: (scene: Scene, integrations: readonly object[]) => object;
}

const AI_7: AiSdk = {
  ai: ai7,
  provide: createOpenAI,
  tracing: ({ otel, has }, own) => ({
    integrations: has('otel') ? [...own, new OpenTelemetry({ tracer: otel.getTracer('ai') })] : own,
  }),
};
const AI_6 = {
  ai: ai6,
  provide: createOpenAI3,
  tracing: ({ otel, has }: Scene, integrations: readonly object[]) => ({
    integrations,
    ...(has('otel') ? { isEnabled: true, tracer: otel.getTracer('ai') } : {}),
  }),
} as unknown as AiSdk;

/** Calls of the AI SDK: with `framework`, of those that its telemetry object records in both versions. */
const aiSdkCalls = ({ ai, provide, tracing }: AiSdk, scene: Scene) => {
  const { url, tracer, has } = scene;
  const openaiProvider = provide({ apiKey: 'test', baseURL: `${url}/v1` });
  const [plain, embedder] = [openaiProvider.chat(MODELS.gpt), openaiProvider.embedding(MODELS.embedder)];
  const middleware = spanlineMiddleware({ tracer });
  const model = has('client') ? ai.wrapLanguageModel({ model: plain, middleware }) : plain;
  const embeddingModel = has('client')
    ? ai.wrapEmbeddingModel({ model: embedder, middleware: spanlineEmbeddingMiddleware({ tracer }) })
    : embedder;
  const integrations = has('framework') ? [spanlineTelemetry({ tracer })] : [];
  const schema = ai.jsonSchema({ type: 'object' });
  const tools = { weather: ai.tool({ inputSchema: schema, execute: () => 'sunny' }) };
  const options = { maxRetries: 0, experimental_telemetry: tracing(scene, integrations) as object };
  return {
    texts: [
      () => ai.generateText({ model, prompt: 'plain', ...options }),
      () => drained(ai.streamText({ model, prompt: 'plain', ...options }).textStream),
      () => ai.generateText({ model, prompt: 'weather?', tools, stopWhen: ai.stepCountIs(3), ...options }),
      () =>
        drained(
          ai.streamText({ model, prompt: 'weather?', tools, stopWhen: ai.stepCountIs(3), ...options }).textStream,
        ),
    ],
    objects: [
      () => ai.generateObject({ model, prompt: 'plain', schema, ...options }),
      () => drained(ai.streamObject({ model, prompt: 'plain', schema, ...options }).partialObjectStream),
    ],
    embeddings: [
      () => ai.embed({ model: embeddingModel, value: 'a', ...options }),
      () => ai.embedMany({ model: embeddingModel, values: ['a', 'b'], ...options }),
    ],
  };
};

const aiSdk7: Caller = {
  name: 'ai 7',
  recorders: ['framework', 'client', 'otel'],
  start(scene) {
    const { texts, objects } = aiSdkCalls(AI_7, scene);
    return { calls: [...texts, ...objects] };
  },
};

/** Their answers have no id. */
const aiSdk7Embeddings: Caller = {
  name: 'embeddings of ai 7',
  recorders: ['framework', 'client', 'otel'],
  start: (scene) => ({ calls: aiSdkCalls(AI_7, scene).embeddings }),
};

const aiSdk6: Caller = {
  name: 'ai 6',
  recorders: ['framework', 'client', 'otel'],
  start: (scene) => ({ calls: aiSdkCalls(AI_6, scene).texts }),
};

/** Its telemetry object is not told of these. */
const aiSdk6Others: Caller = {
  name: 'objects and embeddings of ai 6',
  recorders: ['client', 'otel'],
  start(scene) {
    const { objects, embeddings } = aiSdkCalls(AI_6, scene);
    return { calls: [...objects, ...embeddings] };
  },
};

/** Both versions. */
export const AI_SDKS: readonly Caller[] = [aiSdk7, aiSdk7Embeddings, aiSdk6, aiSdk6Others];
