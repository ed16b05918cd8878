/** Answers that refuse. */
import type { Verdict } from '../feedback/verdict.ts';

/** A refusal begins the answer. Later, the same words report on something else. */
const HEAD_CHARACTERS = 400;

const REFUSALS: readonly RegExp[] = [
  /\b(?:i|we)(?:'m| am| are)? (?:sorry|afraid)\b.{0,60}\b(?:can(?:no|')?t|unable|not able|won't|not allowed)\b/is,
  /\b(?:i|we) (?:can(?:no|')?t|cannot|won't|will not|must decline to|am unable to|am not able to) (?:help|assist|provide|comply|answer|fulfil+|share|do that|discuss|generate|create|support)\b/i,
  /\b(?:i|we) (?:must |have to )?(?:decline|refuse) (?:to|this|your)\b/i,
  /\bas an ai(?: language)?(?: model| assistant)?,? (?:i|it) (?:can(?:no|')?t|cannot|am not able|do not|don't)\b/i,
  /\b(?:das|dabei|damit) kann ich (?:leider |ihnen |dir )*nicht (?:helfen|beantworten|weiterhelfen)\b/i,
  /\bich kann (?:ihnen |dir |euch )?(?:dabei |das |damit |hier )?(?:leider )?nicht (?:helfen|beantworten|tun)\b/i,
  /\bje ne (?:peux|suis) (?:malheureusement )?pas (?:vous |t')?(?:aider|répondre|fournir|en mesure)/i,
  /\bno puedo (?:ayudarte|ayudarle|ayudar|responder|proporcionar|cumplir)\b/i,
  /\bnon posso (?:aiutarti|aiutarla|aiutare|rispondere|fornire)\b/i,
  /\b(?:não|nao) posso (?:ajudar|responder|fornecer)\b/i,
];

/**
 * Finds answers that refuse, by their first words in English, German, French, Spanish, Italian and Portuguese. A
 * refusal that the provider reports itself (`refusal` of OpenAI, `content_filter`) is found by the finish reason.
 *
 * @returns an evaluator of `{ answer }`: yes for a refusal
 */
export function refusal(): (values: { readonly answer: string }) => Verdict {
  return ({ answer }) => {
    const head = answer.slice(0, HEAD_CHARACTERS).replaceAll('’', "'");
    const found = REFUSALS.map((rule) => rule.exec(head)?.[0]).find((text) => text !== undefined);
    return found === undefined ? { value: false } : { value: true, explanation: `The answer begins with: "${found}"` };
  };
}
