import { CONTENT_TEXT_FIELD, MAX_TERM_CHARACTERS } from '@spanline/record';
import { familiesOf, fieldsOf, type FieldKind } from './fields.ts';
import { type Flavour, ODD_FIELD, type SetupProfile } from './names.ts';

type Mapping = Readonly<Record<string, unknown>>;

const KEYWORD: Mapping = { type: 'keyword', ignore_above: MAX_TERM_CHARACTERS };
const ANALYZER = 'spanline_json';

/** Elasticsearch has `match_only_text` since 7.14; OpenSearch does not have it. */
const textOf = (flavour: Flavour): Mapping => ({ type: flavour === 'opensearch' ? 'text' : 'match_only_text' });

/** OpenSearch's counterpart of `flattened` has no parameters. The pipeline keeps long terms out of both. */
const familyOf = (flavour: Flavour): Mapping =>
  flavour === 'opensearch' ? { type: 'flat_object' } : { type: 'flattened', ignore_above: MAX_TERM_CHARACTERS };

/**
 * In `ecs` content is objects of any shape: they are stored, and the pipeline gathers their texts. In `otel` content is
 * a JSON string.
 */
const contentOf = (flavour: Flavour, profile: SetupProfile): Mapping =>
  profile === 'ecs' ? { type: 'object', enabled: false } : { ...textOf(flavour), analyzer: ANALYZER };

/** The mapping of a field. */
export function mappingOf(kind: FieldKind, flavour: Flavour, profile: SetupProfile): Mapping {
  switch (kind) {
    case 'integer':
      return { type: 'long', ignore_malformed: true };
    case 'number':
      return { type: 'double', ignore_malformed: true };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'date', ignore_malformed: true };
    case 'ip':
      return { type: 'ip', ignore_malformed: true };
    case 'text':
      return textOf(flavour);
    case 'content':
      return contentOf(flavour, profile);
    default:
      return KEYWORD;
  }
}

/** Mappings for every field of the schema. Unknown fields are not mapped. */
export function mappingsOf(flavour: Flavour, profile: SetupProfile): Record<string, unknown> {
  const fields = fieldsOf(profile).map(({ name, kind }) => [name, mappingOf(kind, flavour, profile)] as const);
  const families = familiesOf().map((name) => [name, familyOf(flavour)] as const);
  return {
    dynamic: false,
    date_detection: false,
    properties: {
      ...Object.fromEntries([...fields, ...families]),
      // The time field of a data stream may not ignore a malformed value.
      '@timestamp': { type: 'date' },
      ...(profile === 'ecs' ? { [CONTENT_TEXT_FIELD]: textOf(flavour) } : {}),
      [ODD_FIELD]: { type: 'object', enabled: false },
    },
  };
}

/**
 * Index settings that the mappings need: an analyzer that reads `\n` and `\\` in a JSON string as white space, so that
 * the word behind it is found.
 */
export function analysisOf(profile: SetupProfile): Record<string, unknown> {
  if (profile === 'ecs') return {};
  const mappings = [
    String.raw`\\\\ => \u0020`,
    String.raw`\\n => \u0020`,
    String.raw`\\r => \u0020`,
    String.raw`\\t => \u0020`,
  ];
  return {
    analysis: {
      char_filter: { spanline_escapes: { type: 'mapping', mappings } },
      analyzer: {
        [ANALYZER]: {
          type: 'custom',
          char_filter: ['spanline_escapes'],
          tokenizer: 'standard',
          filter: ['lowercase'],
        },
      },
    },
  };
}
