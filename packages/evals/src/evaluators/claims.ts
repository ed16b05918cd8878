/** Claims of a sentence, and whether a sentence of a document says the same. */
import { factWords, isNumber, sentencesOf } from '../words.ts';

/** A part of a sentence that is true or false by itself. */
export interface Claim {
  readonly text: string;
  readonly words: readonly string[];
  /** Words that begin with a capital letter inside of the sentence. */
  readonly names: readonly string[];
  readonly isNegated: boolean;
}

/** Parts are claims of their own where a conjunction begins a new one. */
const PARTS =
  /;\s+|(?<!\s),?\s+\b(?:but|while|whereas|although|however|aber|während|obwohl|mais|tandis que|pero|mientras|ma|mentre)\b\s+/iu;
const NEGATION =
  /\b(?:no|not|never|none|neither|nor|without|cannot|fails? to|nicht|kein(?:e[mnrs]?)?|nie(?:mals)?|ohne|ne|pas|jamais|sans|nunca|sin|non|mai|senza)\b|n['’]t\b/giu;
const NAME = /(?<=[\p{L}\p{N},;:)]\s)\p{Lu}[\p{L}\p{M}'’-]+/gu;
const MIN_WORDS = 3;

/** Parts with fewer words make no claim, unless one is a number: "Yes.", "Here is the answer:". */
const isClaim = ({ words }: Claim): boolean => words.length >= MIN_WORDS || (words.length > 1 && words.some(isNumber));

/** Two negations cancel each other out. */
const isNegated = (text: string): boolean => (text.match(NEGATION)?.length ?? 0) % 2 === 1;

function toClaim(text: string): Claim {
  const names = (text.match(NAME) ?? []).flatMap((name) => factWords(name));
  return { text, words: factWords(text), names, isNegated: isNegated(text) };
}

const MAX_CLAIMS = 500;

/** The first 500 claims of an answer. */
export function claimsOf(answer: string): Claim[] {
  return sentencesOf(answer)
    .flatMap((sentence) => {
      const parts = sentence.split(PARTS).map((part) => toClaim(part.trim()));
      // A part that says too little alone belongs to its sentence.
      return parts.every(isClaim) ? parts : [toClaim(sentence)];
    })
    .filter(isClaim)
    .slice(0, MAX_CLAIMS);
}

/** A sentence of a document. */
interface Sentence {
  readonly words: ReadonlySet<string>;
  readonly isNegated: boolean;
}

const MAX_SENTENCES = 5000;

/** The sentences of documents, each alone and with the next one, which often goes on with its subject. */
export class Evidence {
  readonly #sentences: readonly Sentence[];
  /** The sentences that have a word. */
  readonly #places = new Map<string, number[]>();

  /** The first 5000 sentences of documents. */
  constructor(texts: readonly string[]) {
    this.#sentences = texts
      .flatMap((text) => {
        const sentences = sentencesOf(text);
        const words = sentences.map((sentence) => factWords(sentence));
        return sentences.map((sentence, at) => ({
          words: new Set([...(words[at] ?? []), ...(words[at + 1] ?? [])]),
          isNegated: isNegated(sentence),
        }));
      })
      .slice(0, MAX_SENTENCES);
    for (const [at, { words }] of this.#sentences.entries()) {
      for (const word of words) {
        const places = this.#places.get(word);
        if (places === undefined) this.#places.set(word, [at]);
        else places.push(at);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#sentences.length === 0;
  }

  /** The sentences that have this share of the words. */
  #near(words: readonly string[], threshold: number): Sentence[] {
    const found = new Uint32Array(this.#sentences.length);
    for (const word of words) for (const at of this.#places.get(word) ?? []) found[at] = (found[at] ?? 0) + 1;
    return this.#sentences.filter((_, at) => (found[at] ?? 0) / words.length >= threshold);
  }

  /** Says why no sentence supports a claim; `undefined` if one does. */
  faultOf(claim: Claim, threshold: number): string | undefined {
    const near = this.#near(claim.words, threshold);
    if (near.length === 0) return 'not in the documents';
    const needed = [...claim.words.filter(isNumber), ...claim.names];
    const exact = near.filter(({ words }) => needed.every((word) => words.has(word)));
    if (exact.length === 0) return 'another number or name than the documents';
    return exact.some(({ isNegated: negated }) => negated === claim.isNegated)
      ? undefined
      : 'the opposite of the documents';
  }
}
