/** Names of receivers of OTLP that do not read those of the conventions yet. */
import type { AttributeKey } from '../schema/index.ts';
import { lazy } from '../values/lazy.ts';
import { type OtlpAttribute, textOf } from './otlp-attribute.ts';
import { type ContentNames, spellContent } from './otlp-content.ts';

/** The receiver whose names the attributes of exported spans have; `conventions` for those of OpenTelemetry. */
export type OtlpSpelling = 'conventions' | 'datadog' | 'langfuse' | 'langsmith' | 'phoenix';

interface Names {
  /** Attributes that have this name instead: a receiver that knows both would count or show them twice. */
  readonly instead: ReadonlyMap<string, string>;
  /** Attributes that have this name as well. */
  readonly also: ReadonlyMap<string, string>;
  /** Labels that have a name with this prefix as well. */
  readonly labels?: string;
  readonly content?: ContentNames;
  /** The other attributes, whose values change too. */
  readonly other?: (attributes: readonly OtlpAttribute[]) => OtlpAttribute[];
}

type KeyNames = Partial<Record<AttributeKey, string>>;

const names = (instead: KeyNames, also: KeyNames = {}, more: Omit<Names, 'instead' | 'also'> = {}): Names => ({
  instead: new Map(Object.entries(instead)),
  also: new Map(Object.entries(also)),
  ...more,
});

const LABELS = 'labels.';
// The conventions had this name up to 1.41.
const CACHE_CREATION: KeyNames = {
  'gen_ai.usage.cache_write.input_tokens': 'gen_ai.usage.cache_creation.input_tokens',
};
const MESSAGES: readonly AttributeKey[] = ['gen_ai.input.messages', 'gen_ai.output.messages'];
const TOOL: readonly AttributeKey[] = ['gen_ai.tool.call.arguments', 'gen_ai.tool.call.result'];
const RETRIEVAL: readonly AttributeKey[] = ['gen_ai.retrieval.query.text', 'gen_ai.retrieval.documents'];

/**
 * The prompt in Langfuse's words. Langfuse links a span to one of its own prompts by name and whole number, and drops a
 * span that has only one of the two. Every attribute called `gen_ai.prompt…` it would show in place of the messages.
 */
function promptOfLangfuse(attributes: readonly OtlpAttribute[]): OtlpAttribute[] {
  const [name, version] = ['gen_ai.prompt.name', 'gen_ai.prompt.version'].map((wanted) =>
    attributes.find(({ key }) => key === wanted),
  );
  const number = /^[1-9]\d{0,8}$/.exec(textOf(version?.value) ?? '')?.[0];
  const linked = name !== undefined && number !== undefined;
  const prefix = linked ? 'langfuse.observation.prompt.' : 'langfuse.observation.metadata.prompt_';
  return attributes.map((attribute) => {
    if (attribute === name) return { ...attribute, key: `${prefix}name` };
    if (attribute !== version) return attribute;
    return { key: `${prefix}version`, value: linked ? { intValue: number } : attribute.value };
  });
}

/** Langfuse takes the time to the first token in milliseconds. */
function firstTokenOfLangfuse(attributes: readonly OtlpAttribute[]): OtlpAttribute[] {
  return attributes.flatMap((attribute) => {
    const { key, value } = attribute;
    if (key !== 'gen_ai.response.time_to_first_chunk' || !('doubleValue' in value)) return [attribute];
    return [attribute, { key: 'ai.response.msToFirstChunk', value: { doubleValue: value.doubleValue * 1000 } }];
  });
}

/** LangSmith takes tags as one text. */
function tagsOfLangSmith(attributes: readonly OtlpAttribute[]): OtlpAttribute[] {
  return attributes.map((attribute) => {
    if (attribute.key !== 'langsmith.span.tags' || !('arrayValue' in attribute.value)) return attribute;
    const tags = attribute.value.arrayValue.values.map((tag) => textOf(tag) ?? '');
    return { ...attribute, value: { stringValue: tags.join(',') } };
  });
}

const SPELLINGS = lazy((): Readonly<Record<OtlpSpelling, Names>> => ({
  conventions: names({}),
  // Datadog documents the conventions from 1.37 on, which had another name than those of today.
  datadog: names({}, CACHE_CREATION),
  langfuse: names(
    {
      ...CACHE_CREATION,
      'spanline.tags': 'langfuse.trace.tags',
      // Langfuse adds up every attribute called `gen_ai.usage…` that it does not know.
      'gen_ai.usage.audio.input_tokens': 'langfuse.observation.metadata.input_audio_tokens',
      'gen_ai.usage.audio.output_tokens': 'llm.token_count.completion_details.audio',
    },
    // Langfuse uses this cost. Without it, Langfuse computes one from its own price list.
    { 'spanline.cost.usd': 'gen_ai.usage.cost' },
    {
      labels: 'langfuse.observation.metadata.',
      content: {
        input: 'langfuse.observation.input',
        output: 'langfuse.observation.output',
        shows: new Set([...MESSAGES, ...TOOL]),
        keeps: new Set([...MESSAGES, ...TOOL, 'db.query.text']),
        together: true,
      },
      other: (attributes) => firstTokenOfLangfuse(promptOfLangfuse(attributes)),
    },
  ),
  langsmith: names(
    {},
    {
      'gen_ai.provider.name': 'gen_ai.system',
      'gen_ai.usage.reasoning.output_tokens': 'gen_ai.usage.details.reasoning_tokens',
      'session.id': 'langsmith.metadata.session_id',
      'user.id': 'langsmith.metadata.user_id',
      'spanline.tags': 'langsmith.span.tags',
    },
    {
      labels: 'langsmith.metadata.',
      content: {
        input: 'input.value',
        output: 'output.value',
        shows: new Set(MESSAGES),
        keeps: new Set([...MESSAGES, ...TOOL, 'db.query.text']),
      },
      other: tagsOfLangSmith,
    },
  ),
  phoenix: names(
    CACHE_CREATION,
    {
      'gen_ai.usage.reasoning.output_tokens': 'llm.token_count.completion_details.reasoning',
      'gen_ai.usage.audio.input_tokens': 'llm.token_count.prompt_details.audio',
      'gen_ai.usage.audio.output_tokens': 'llm.token_count.completion_details.audio',
      'spanline.prompt.template': 'llm.prompt_template.template',
      'spanline.prompt.variables': 'llm.prompt_template.variables',
      'gen_ai.prompt.version': 'llm.prompt_template.version',
      'gen_ai.agent.name': 'agent.name',
      'spanline.tags': 'tag.tags',
    },
    {
      labels: 'metadata.',
      content: {
        input: 'input.value',
        output: 'output.value',
        shows: new Set(MESSAGES),
        keeps: new Set([...MESSAGES, ...TOOL, ...RETRIEVAL, 'db.query.text']),
        mimeTypes: true,
      },
    },
  ),
}));

/** Renames attributes for a receiver, and adds those that it wants under a second name. */
export function spell(attributes: readonly OtlpAttribute[], spelling: OtlpSpelling): OtlpAttribute[] {
  const { instead, also, labels, content, other } = SPELLINGS()[spelling];
  const shown = content === undefined ? attributes : spellContent(attributes, content);
  const renamed = shown.flatMap((attribute) => {
    const { key } = attribute;
    const second =
      labels !== undefined && key.startsWith(LABELS) ? `${labels}${key.slice(LABELS.length)}` : also.get(key);
    const first = { ...attribute, key: instead.get(key) ?? key };
    return second === undefined ? [first] : [first, { ...attribute, key: second }];
  });
  return other === undefined ? renamed : other(renamed);
}
