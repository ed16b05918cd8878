/** Candidates of Google's Gemini API, whole or put together from the chunks of a stream. */

import { list, type Message, type MessagePart, number, type Props, props, text, toParts } from '@spanline/record';
import type { Choice } from './chat-choices.ts';
import { createEntries } from './entries.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

/** A page may be the source of several passages. */
function keyOf(source: unknown): unknown {
  const { uri, text: passage, startIndex } = props(source);
  return text(uri) === undefined ? source : [uri, text(passage), number(startIndex)].join('\n');
}

function unique(sources: readonly unknown[]): unknown[] {
  return [...new Map(sources.map((source) => [keyOf(source), source])).values()];
}

/** Sources of an answer: pages, documents, places. */
function sourcesOf({ groundingChunks, citationSources, citations }: Props): unknown[] {
  const chunks = list(groundingChunks).map((chunk) => {
    const [kind, source] = Object.entries(props(chunk))[0] ?? [];
    return { type: kind, ...props(source) };
  });
  return unique([...chunks, ...list(citationSources), ...list(citations)]);
}

/**
 * The searches that Google ran for an answer, and the sources that the answer rests on.
 *
 * @param candidate - `{ groundingMetadata, citationMetadata, urlContextMetadata }`
 */
export function groundedParts(candidate: Props, parts: readonly MessagePart[]): MessagePart[] {
  const grounding = props(candidate['groundingMetadata']);
  // The chunks of a stream repeat them, and LangChain puts them together.
  const given = list(grounding['webSearchQueries'] ?? grounding['retrievalQueries']);
  const queries = [...new Set(given.filter((query) => query !== ''))];
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
  reason: string | undefined;
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

/** Lists that several chunks of a stream have are put together. */
function merged(known: unknown, fact: unknown): unknown {
  if (known === undefined || fact === undefined || fact === null) return fact ?? known;
  const [before, after] = [props(known), props(fact)];
  const whole: Props = { ...before, ...after };
  for (const key in after) {
    const [one, other] = [before[key], after[key]];
    if (Array.isArray(one) && Array.isArray(other)) whole[key] = [...one, ...other].slice(0, MAX_PIECES);
  }
  return whole;
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
  /** The candidates as far as they have arrived, by number. One that was stopped may have no parts. */
  gathered(): Choice[];
  /** Their messages, without empty ones. */
  messages(): Message[];
}

/** Creates an empty answer. */
export function createCandidates(): Candidates {
  const candidates = createEntries<StreamedCandidate>();
  const gathered = (): Choice[] =>
    candidates.all().map((candidate) => ({ message: messageOf(candidate), reason: candidate.reason }));
  return {
    add(raw): boolean {
      let isContent = false;
      for (const [position, value] of list(raw['candidates']).entries()) {
        const source = props(value);
        const candidate = candidates.at(source['index'] ?? position, () => ({
          pieces: [],
          facts: {},
          reason: undefined,
        }));
        if (candidate === undefined) continue;
        for (const part of list(props(source['content'])['parts'])) isContent = addPart(candidate, part) || isContent;
        candidate.reason = text(source['finishReason']) ?? candidate.reason;
        for (const key of FACTS) candidate.facts[key] = merged(candidate.facts[key], source[key]);
      }
      return isContent;
    },
    gathered,
    messages: () => gathered().flatMap(({ message }) => (message.parts.length === 0 ? [] : [message])),
  };
}

/** True for an answer of Google. */
export function hasCandidates(raw: Props): boolean {
  return Array.isArray(raw['candidates']) && text(raw['type']) === undefined;
}
