/**
 * Field that the ingest pipeline adds: `[{ name, value }]` of the values that a mapping would refuse. Stored, not
 * indexed.
 */
export const ODD_FIELD = 'spanline.odd';

/** The search engine to set up. */
export type Flavour = 'elasticsearch' | 'opensearch';

/** Format of the documents. */
export type SetupProfile = 'ecs' | 'otel';
