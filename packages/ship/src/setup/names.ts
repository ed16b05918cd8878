/** Fields that the ingest pipeline adds to documents. */

/** Texts of structured content, one after the other, for full-text search. */
export const TEXT_FIELD = 'spanline.text';
/** `[{ name, value }]` of what a field's mapping would refuse; stored, not indexed. */
export const ODD_FIELD = 'spanline.odd';

/** Longest term that is indexed: 8,191 characters are at most 24,573 bytes, and Lucene takes 32,766 with the path in front. */
export const MAX_TERM_CHARACTERS = 8191;

/** Which search engine is set up. */
export type Flavour = 'elasticsearch' | 'opensearch';

/** How the sink spells documents. */
export type SetupProfile = 'ecs' | 'otel';
