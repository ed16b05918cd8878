/** Field that the ingest pipeline adds: the texts of structured content, for full-text search. */
export const TEXT_FIELD = 'spanline.text';
/**
 * Field that the ingest pipeline adds: `[{ name, value }]` of the values that a mapping would refuse. Stored, not
 * indexed.
 */
export const ODD_FIELD = 'spanline.odd';

/** Longest indexed term. 8,191 characters are at most 24,573 bytes; Lucene accepts 32,766, including the path. */
export const MAX_TERM_CHARACTERS = 8191;

/** The search engine to set up. */
export type Flavour = 'elasticsearch' | 'opensearch';

/** Format of the documents. */
export type SetupProfile = 'ecs' | 'otel';
