/** Names of receivers of OTLP that do not read those of the conventions yet. */
import type { AttributeKey } from '../schema/index.ts';

/** The receiver whose names the attributes of exported spans have; `conventions` for those of OpenTelemetry. */
export type OtlpSpelling = 'conventions' | 'datadog' | 'langfuse' | 'phoenix';

interface Names {
  /** Attributes that have this name instead: a receiver that knows both would count them twice. */
  readonly instead: ReadonlyMap<string, string>;
  /** Attributes that have this name as well. */
  readonly also: ReadonlyMap<string, string>;
}

const names = (
  instead: Partial<Record<AttributeKey, string>>,
  also: Partial<Record<AttributeKey, string>> = {},
): Names => ({ instead: new Map(Object.entries(instead)), also: new Map(Object.entries(also)) });

// The conventions had this name up to 1.41.
const CACHE_CREATION = { 'gen_ai.usage.cache_write.input_tokens': 'gen_ai.usage.cache_creation.input_tokens' };

const SPELLINGS: Readonly<Record<OtlpSpelling, Names>> = {
  conventions: names({}),
  // Datadog documents the conventions from 1.37 on, which had another name than those of today.
  datadog: names({}, CACHE_CREATION),
  // Langfuse uses this cost. Without it, Langfuse computes one from its own price list.
  langfuse: names(CACHE_CREATION, { 'spanline.cost.usd': 'gen_ai.usage.cost' }),
  phoenix: names(CACHE_CREATION),
};

/** Renames attributes for a receiver, and adds those that it wants under a second name. */
export function spell<T extends { readonly key: string }>(attributes: readonly T[], spelling: OtlpSpelling): T[] {
  const { instead, also } = SPELLINGS[spelling];
  return attributes.flatMap((attribute) => {
    const { key } = attribute;
    const second = also.get(key);
    const renamed = { ...attribute, key: instead.get(key) ?? key };
    return second === undefined ? [renamed] : [renamed, { ...attribute, key: second }];
  });
}
