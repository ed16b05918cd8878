import { attributeKeys, CONTENT_TEXT_FIELD } from '@spanline/record';
import { fieldsOf } from './fields.ts';
import { type Flavour, ODD_FIELD, type SetupProfile } from './names.ts';
import type { SetupRequest } from './request.ts';

/** Streams that a role may read, and fields that are hidden from it. */
interface Grant {
  readonly name: string;
  readonly streams: readonly string[];
  readonly hidden: readonly string[];
}

/**
 * Fields with content, everything inside them, and the fields that the pipeline derives from them; also those of trace
 * documents.
 */
function contentFields(profile: SetupProfile, hasTraces: boolean): string[] {
  const fields = fieldsOf(profile).filter(({ isContent }) => isContent);
  const traced = hasTraces
    ? attributeKeys(({ privacy }) => privacy === 'content').map((key) => `attributes.${key}`)
    : [];
  const names = [...fields.map(({ name }) => name), CONTENT_TEXT_FIELD, ODD_FIELD, ...traced];
  return names.flatMap((name) => [name, `${name}.*`]);
}

function elasticRole({ streams, hidden }: Grant): Record<string, unknown> {
  const fields = hidden.length === 0 ? {} : { field_security: { grant: ['*'], except: hidden } };
  return { indices: [{ names: streams, privileges: ['read', 'view_index_metadata'], ...fields }] };
}

function openSearchRole({ streams, hidden }: Grant): Record<string, unknown> {
  return {
    index_permissions: [
      // Backing indices are checked by their own names, which end in six digits. `*` would also match streams whose
      // names start with this one's.
      {
        index_patterns: streams.flatMap((stream) => [stream, `.ds-${stream}-??????`]),
        fls: hidden.map((field) => `~${field}`),
        allowed_actions: ['read', 'indices:admin/mappings/get', 'indices:admin/get'],
      },
    ],
  };
}

/**
 * Creates the roles `<stream>-read-metadata` and `<stream>-read-content`. The first one sees no content: it cannot read
 * the content stream or, where there is none, the content fields. Hiding fields in Elasticsearch needs a licence with
 * field-level security.
 */
export function roleRequests(
  flavour: Flavour,
  profile: SetupProfile,
  { dataStream, content, traces }: { dataStream: string; content: string | undefined; traces: string | undefined },
): SetupRequest[] {
  const metadata = traces === undefined ? [dataStream] : [dataStream, traces];
  const all = content === undefined ? metadata : [...metadata, content];
  const hidden = content === undefined ? contentFields(profile, traces !== undefined) : [];
  const grants: Grant[] = [
    { name: `${dataStream}-read-metadata`, streams: metadata, hidden },
    { name: `${dataStream}-read-content`, streams: all, hidden: [] },
  ];
  return grants.map((grant) =>
    flavour === 'opensearch'
      ? { method: 'PUT', path: `_plugins/_security/api/roles/${grant.name}`, body: openSearchRole(grant) }
      : { method: 'PUT', path: `_security/role/${grant.name}`, body: elasticRole(grant) },
  );
}
