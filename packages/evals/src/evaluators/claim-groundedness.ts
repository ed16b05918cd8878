/** Share of an answer's claims that a sentence of the documents supports. */
import { checkOptions, option, type RetrievedDocument, type Shape } from '@spanline/record';
import type { Verdict } from '../feedback/verdict.ts';
import { claimsOf, Evidence } from './claims.ts';

/** Options of {@link claimGroundedness}. */
export interface ClaimGroundednessOptions {
  /** Share of the words of a claim that one sentence must have, with the next one, 0 to 1. @defaultValue 0.5 */
  threshold?: number;
}

const SHAPE: Shape<ClaimGroundednessOptions> = { threshold: option.number({ min: 0, max: 1 }) };
const MAX_NAMED = 3;
const MAX_QUOTE = 160;

/**
 * Scores how much of an answer its documents support, claim by claim: 0 (nothing) to 1 (every claim). One sentence of a
 * document, with the next one, must have `threshold` of the words of a claim, all of its numbers and names, and be
 * negated if the claim is. It finds a wrong number or name that stands elsewhere in the documents, and most opposites,
 * which `groundedness()` does not.
 *
 * @returns an evaluator of `{ answer, documents }`. It does not apply to an answer without a claim, nor without
 *   documents
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function claimGroundedness(
  options: ClaimGroundednessOptions = {},
): (values: { readonly answer: string; readonly documents: readonly RetrievedDocument[] }) => Verdict | undefined {
  checkOptions(SHAPE, options);
  const { threshold = 0.5 } = options;
  return ({ answer, documents }) => {
    const evidence = new Evidence(documents.flatMap(({ content }) => content ?? []));
    const claims = claimsOf(answer);
    if (evidence.isEmpty || claims.length === 0) return undefined;
    const faults = claims.flatMap((claim) => {
      const why = evidence.faultOf(claim, threshold);
      return why === undefined ? [] : [{ claim, why }];
    });
    const value = 1 - faults.length / claims.length;
    if (faults.length === 0) return { value };
    const named = faults.slice(0, MAX_NAMED).map(({ claim, why }) => `"${claim.text.slice(0, MAX_QUOTE)}" (${why})`);
    return { value, explanation: named.join('; ') };
  };
}
