/** The classes and settings that a module of LlamaIndex exports. */

import { props, type Props, type Patches } from '@spanline/instrumentation';
import type { Reach } from '../reach/reach.ts';

/** Classes whose methods lead into LlamaIndex. All other components are reached from these. */
const CARRIERS = [
  'BaseQueryEngine',
  'RetrieverQueryEngine',
  'RouterQueryEngine',
  'SubQuestionQueryEngine',
  'ContextChatEngine',
  'SimpleChatEngine',
  'CondenseQuestionChatEngine',
  'BaseRetriever',
  'BaseSynthesizer',
  'BaseEmbedding',
  'BaseIndex',
  'AgentWorkflow',
  'FunctionAgent',
  'AgentRunner',
  'LLMSingleSelector',
  'LLMMultiSelector',
  'IngestionPipeline',
  'NodeParser',
] as const;

/** Classes that build an index by a static method. */
const INDEXES = ['VectorStoreIndex', 'SummaryIndex', 'KeywordTableIndex'] as const;

/** An application may call a component that it sets on `Settings`, or gets from there, directly. */
function instrumentSettings(module: Props, patches: Patches, observe: (component: unknown) => void): void {
  const settings = module['Settings'];
  if (typeof settings !== 'object' || settings === null) return;
  for (const name of ['llm', 'embedModel']) {
    patches.accessor(settings, name, {
      get: (original) =>
        function get(this: object): unknown {
          const value: unknown = Reflect.apply(original, this, []);
          observe(value);
          return value;
        },
      set: (original) =>
        function set(this: object, value: unknown): void {
          observe(value);
          Reflect.apply(original, this, [value]);
        },
    });
    try {
      // The application may have set one before.
      void (settings as Props)[name];
    } catch {
      // It has not: the getter asks for one.
    }
  }
}

/** Traces one copy of a module. */
export function instrumentModule(
  module: object,
  reach: Reach,
  patches: Patches,
  observe: (component: unknown) => void,
): void {
  const exported = module as Props;
  for (const name of CARRIERS) reach.prototype(props(exported[name])['prototype']);
  for (const name of INDEXES) reach.indexClass(exported[name]);
  instrumentSettings(exported, patches, observe);
}
