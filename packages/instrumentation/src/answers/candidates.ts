/** Candidates of Google's Gemini API, whole or put together from the chunks of a stream. */

import { list, type Message, type MessagePart, type Props, props, text, toParts } from '@spanline/record';
import { createEntries } from './entries.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

/** Sources of an answer: pages, documents, places. */
function sourcesOf({ groundingChunks, citationSources, citations }: Props): unknown[] {
  const chunks = list(groundingChunks).map((chunk) => {
    const [kind, source] = Object.entries(props(chunk))[0] ?? [];
    return { type: kind, ...props(source) };
  });
  return [...chunks, ...list(citationSources), ...list(citations)];
}

/**
 * The searches that Google ran for an answer, and the sources that the answer rests on.
 *
 * @param candidate - `{ groundingMetadata, citationMetadata, urlContextMetadata }`
 */
export function groundedParts(candidate: Props, parts: readonly MessagePart[]): MessagePart[] {
  const grounding = props(candidate['groundingMetadata']);
  const queries = list(grounding['webSearchQueries'] ?? grounding['retrievalQueries']);
  const pages = list(props(candidate['urlContextMetadata'])['urlMetadata']);
  const citations = [...sourcesOf(grounding), ...sourcesOf(props(candidate['citationMetadata']))];
  const searches: MessagePart[] = [];
  if (queries.length > 0) searches.push(serverCall('google_search', { queries }));
  if (pages.length > 0) searches.push(serverCall('url_context', { urls: pages }));
  if (searches.length === 0 && citations.length === 0) return [...parts];
  const index = parts.findLastIndex(({ type }) => type === 'text');
  const cited = parts.map((part, at) => (at === index && citations.length > 0 ? { ...part, citations } : part));
  const first = cited.findIndex(({ type }) => type === 'text');
  return first < 0 ? [...cited, ...searches] : [...cited.slice(0, first), ...searches, ...cited.slice(first)];
}

function serverCall(name: string, details: Props): MessagePart {
  return { type: 'server_tool_call', name, server_tool_call: { type: name, ...details } };
}

/** A run of pieces of one text, or another part. */
type Piece = { readonly thought: unknown; readonly text: TextBuffer } | { readonly whole: unknown };

interface StreamedCandidate {
  readonly pieces: Piece[];
  readonly facts: Props;
}

const FACTS = ['groundingMetadata', 'citationMetadata', 'urlContextMetadata'] as const;
const MAX_PIECES = 1000;

function addPart({ pieces }: StreamedCandidate, part: unknown): boolean {
  const { text: piece, thought } = props(part);
  const last = pieces.at(-1);
  if (typeof piece === 'string' && last !== undefined && 'text' in last && last.thought === thought) {
    last.text.add(piece);
  } else if (pieces.length >= MAX_PIECES) return true;
  else if (typeof piece === 'string') {
    const buffer = createTextBuffer();
    buffer.add(piece);
    pieces.push({ thought, text: buffer });
  } else pieces.push({ whole: part });
  return piece !== '';
}

function messageOf({ pieces, facts }: StreamedCandidate): Message {
  const parts = toParts(
    pieces.map((piece) => ('whole' in piece ? piece.whole : { text: piece.text.toString(), thought: piece.thought })),
  );
  return { role: 'assistant', parts: groundedParts(facts, parts) };
}

/** The candidates of an answer. */
export interface Candidates {
  /**
   * Adds an answer or a chunk of one.
   *
   * @returns true if it has a piece of the answer
   */
  add(raw: Props): boolean;
  /** The answers as far as they have arrived. */
  messages(): Message[];
}

/** Creates an empty answer. */
export function createCandidates(): Candidates {
  const candidates = createEntries<StreamedCandidate>();
  return {
    add(raw): boolean {
      let isContent = false;
      for (const [position, value] of list(raw['candidates']).entries()) {
        const source = props(value);
        const candidate = candidates.at(source['index'] ?? position, () => ({ pieces: [], facts: {} }));
        if (candidate === undefined) continue;
        for (const part of list(props(source['content'])['parts'])) isContent = addPart(candidate, part) || isContent;
        for (const key of FACTS) candidate.facts[key] = source[key] ?? candidate.facts[key];
      }
      return isContent;
    },
    messages: () =>
      candidates
        .all()
        .map(messageOf)
        .filter(({ parts }) => parts.length > 0),
  };
}

/** True for an answer of Google. */
export function hasCandidates(raw: Props): boolean {
  return Array.isArray(raw['candidates']) && text(raw['type']) === undefined;
}
