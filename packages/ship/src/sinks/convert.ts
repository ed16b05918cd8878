import { createHash } from 'node:crypto';
import { type ParsedLine, parseLine, toDatadog, toEcs } from '@spanline/core';
import type { SourceLine } from '../engine/types.ts';

type Fields = Record<string, unknown>;

/** A line that was read, or why it cannot be. */
export type ReadLine = { readonly parsed: ParsedLine } | { readonly problem: string } | { readonly isBlank: true };

/** Reads a line of any profile. Never throws. */
export function readLine(line: SourceLine): ReadLine {
  if (line.text.trim() === '') return { isBlank: true };
  const parsed = parseLine(line.text);
  if (parsed !== undefined) return { parsed };
  return { problem: line.torn ? 'the line is torn' : 'the line is no JSON object' };
}

function addRest(line: Fields, rest: Readonly<Fields>): Fields {
  for (const key of Object.keys(rest)) if (!Object.hasOwn(line, key)) line[key] = rest[key];
  return line;
}

/** A line in the spelling of a profile, with everything on it that no record has. */
export function spell({ record, rest }: ParsedLine, profile: 'otel' | 'ecs' | 'datadog'): Fields {
  if (profile === 'ecs') return addRest(toEcs(record), rest);
  if (profile === 'datadog') return addRest(toDatadog(record), rest);
  return addRest({ ...record }, rest);
}

/** `event.id`, which names a record of Spanline; for other lines a hash of where they stand and what they say. */
export function idOf({ record }: ParsedLine, line: SourceLine, source: string): string {
  const id = record['event.id'];
  if (record['spanline.schema'] !== undefined && id !== undefined && id.length <= 128) return id;
  const place = `${source}\n${line.position.file}\n${line.position.offset}\n`;
  return createHash('sha256').update(place).update(line.text).digest('base64url').slice(0, 27);
}
