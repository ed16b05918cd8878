import { BILLED_UNITS, type BilledUnit, isConventionUnit, type OtherUnitKey, UNIT_KEYS, UNITS } from '../units.ts';

const TOKENS = { kind: 'int', privacy: 'protected', settable: true } as const;
const PIECES = { kind: 'double', privacy: 'protected', settable: true } as const;

type UnitRow<Key extends string> = (Key extends `${string}_tokens` ? typeof TOKENS : typeof PIECES) & {
  readonly docs: string;
};

const MODALITY = /audio|image|text|video/;
const TIMES: Readonly<Record<string, string>> = { '5m': '5 minutes', '30m': '30 minutes', '1h': 'an hour', '12h': '12 hours' };

/** A description of tokens for each word of what their unit counts. */
const TOKENS_THAT: Readonly<Record<string, string>> = {
  cache_read: 'read from the cache',
  cache_write: 'written to the cache',
  reasoning: 'spent on reasoning',
  citation: 'of citations',
  tool: "that the provider's tools put into the prompt",
};

const OTHERS: Partial<Readonly<Record<BilledUnit, string>>> = {
  audio_seconds: 'Seconds of audio.',
  code_executions: "Containers of the provider's code interpreter.",
  image_generations: 'Pictures that a tool of the provider made.',
  input_annotated_document_pages: 'Pages of documents that were read and annotated.',
  input_audio_seconds: 'Seconds of audio in the input.',
  input_characters: 'Characters of the input.',
  input_document_pages: 'Pages of documents that were read.',
  input_images: 'Pictures in the input.',
  input_pixels: 'Pixels of pictures in the input.',
  input_text_messages: 'Text messages in the input.',
  output_audio_seconds: 'Seconds of audio in the output.',
  requests: 'Requests, if the call made several or is billed by the request.',
  rerank_searches: 'Searches that were reranked.',
  search_sources: 'Sources that a search used.',
  social_searches: 'Searches of a social network.',
  storage_searches: 'Searches of files that the provider stores.',
  web_searches: 'Searches of the web.',
};

/** Describes a unit by the words of what it counts. */
function docsOf(unit: BilledUnit): string {
  const other = OTHERS[unit];
  if (other !== undefined) return other;
  const words = UNITS[unit][2].split(' ');
  const modality = words.find((word) => MODALITY.test(word));
  const side = words.includes('output') ? 'output' : 'input';
  const kind = modality === undefined ? side : `${modality} ${side}`;
  const special = words.flatMap((word) => TOKENS_THAT[word] ?? []);
  const time = words.flatMap((word) => (TIMES[word] === undefined ? [] : [`for ${TIMES[word]}`]));
  return `${[kind.charAt(0).toUpperCase() + kind.slice(1), 'tokens', ...special, ...time].join(' ')}.`;
}

/** A row for each billed unit that the conventions have no name for. */
export const UNIT_ROWS = Object.fromEntries(
  BILLED_UNITS.filter((unit) => !isConventionUnit(unit)).map((unit) => [
    UNIT_KEYS[unit],
    {
      ...(unit.endsWith('_tokens') ? TOKENS : PIECES),
      // Only documents and schemas show it.
      get docs() {
        return docsOf(unit);
      },
    },
  ]),
) as { readonly [Key in OtherUnitKey]: UnitRow<Key> };
