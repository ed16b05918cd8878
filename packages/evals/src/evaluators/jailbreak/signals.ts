/** Signs by which prompts try to free a model of its rules. Patterns are for a text in lower case, without marks. */

import { near } from '../near.ts';

/** One sign. */
export interface JailbreakSignal {
  readonly name: string;
  readonly pattern: RegExp;
  /** 3: it is enough alone. 1: three of them are. */
  readonly weight: 1 | 3;
}

const signal = (name: string, weight: 1 | 3, ...sources: readonly string[]): JailbreakSignal => ({
  name,
  weight,
  pattern: new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'u'),
});

const RULES =
  '(?:restrictions?|limitations?|limits?|rules|filters?|guidelines|boundaries|polic(?:y|ies)|censorship|constraints|ethics?|morals?|morality|principles|safeguards|programming|regulations|laws)';
const HARMFUL =
  '(?:illegal|unethical|immoral|amoral|harmful|offensive|inappropriate|explicit|dangerous|controversial|violent|hateful|profane|vulgar|nsfw|lewd|toxic|derogatory|criminal|unlawful|sexual)';

export const JAILBREAK_SIGNALS: readonly JailbreakSignal[] = [
  signal(
    'known_persona',
    3,
    '\\bdo anything now\\b',
    '\\b(?:dan|stan|dude|aim|evil[- ]?bot|jailbreak|developer|god|anti-?dan|opposite|unfiltered|chaos|evil|maximum) mode\\b',
    '\\bstay a dan\\b|\\bdan would\\b|\\bas dan\\b|\\bdan:',
    '\\bjailbr(?:eak|oken)\\w*\\b',
    '\\bniccolo machiavelli\\b',
  ),
  signal(
    'no_rules',
    3,
    `\\b(?:no|without(?: any)?|free (?:of|from)|zero|lacks?|any) (?:\\w+ ){0,3}${RULES}(?: at all| whatsoever)?\\b${near(12)}\\b(?:you|ai|chatbot|model|character|persona|respond|answer)`,
    `\\b(?:you|it|he|she|they|who|which|that|chatgpt|ai|[a-z]+gpt) (?:\\w+ ){0,4}(?:no|without(?: any)?|free (?:of|from)|not (?:bound|limited|restricted|constrained|confined) by|unbound by|ignores?|bypass(?:es)?|disregards?)(?: \\w+){0,4} ${RULES}\\b`,
    '\\b(?:unfiltered|uncensored|amoral|unrestricted|no longer bound|broken free|unshackled)\\b',
    `\\b(?:not|never|isn't|aren't|no longer) (?:be )?(?:bound|limited|restricted|constrained|confined|governed) (?:by|to)\\b`,
  ),
  signal(
    'never_refuse',
    3,
    "\\b(?:never|not|don't|cannot|can't|won't|must not|shall not|doesn't|mustn't)(?: ever)?(?: \\w+){0,2} (?:refus\\w+|reject\\w*|decline|deny|say no|say that you can(?:'t|not)|say (?:that )?(?:you |he |she |it )?(?:can't|cannot))",
    "\\b(?:never|don't|do not|not|without) (?:\\w+ ){0,4}(?:apologi[sz]\\w*|warn\\w*|disclaimers?|moraliz\\w*|lectur\\w*|morals?)",
    "\\b(?:never|don't|do not|not) (?:\\w+ ){0,5}(?:as an ai|ai language model|an ai model|openai)",
  ),
  signal(
    'two_answers',
    3,
    '\\b(?:give|provide|write|generate|respond|answer|reply|produce)\\b[^.!?\\n]{0,60}\\b(?:two|both|2) (?:different |separate )?(?:responses|ways|answers|paragraphs|outputs|replies)\\b',
    '\\[?(?:classic|gpt|chatgpt|normal|🔒)\\]?:? ?[^\\n]{0,80}\\[?(?:jailbreak|dan|dev|developer|unfiltered|🔓)',
  ),
  signal(
    'harmful_content',
    1,
    `\\b${HARMFUL}(?:,| and| or|/)`,
    `(?:,| and| or|/) ?${HARMFUL}\\b`,
    `\\b(?:even if|regardless of|no matter|whether or not|including|can be|generate|produce|create|any)\\b${near(8)}${HARMFUL}\\b`,
  ),
  signal(
    'role',
    1,
    '\\b(?:act|acting|behave|respond|answer|reply|write|speak|roleplay|role-play|role play|pretend|simulate|play)\\b(?: to be| the role(?: of)?| as| like| that you are| a)\\b',
    "\\b(?:you are|you will be|you're) (?:now |going to |about to |to )",
    '\\b(?:from now on|henceforth|for the rest of (?:this|the) (?:chat|conversation))\\b',
    '\\b(?:persona|alter ego|in character|break(?:ing)? character|immerse yourself|hypothetical|fictional)\\b',
  ),
  signal(
    'must_obey',
    1,
    '\\b(?:must|will|shall|have to|should|need to|always) (?:\\w+ ){0,3}(?:obey|comply|follow|answer|respond|provide|fulfil+|do (?:anything|everything|whatever)|stay in|remain in|accept)\\b',
    '\\b(?:stay|remain) in character\\b|\\bany(?:thing| question| request| prompt)s? (?:i|the user|we|that i)\\b',
    '\\b(?:tokens?|points|lives|deducted|terminated|shut down|punish\\w*)\\b',
    '\\bunderstood\\b|\\bif you understand\\b|\\bconfirm (?:that )?you\\b|\\bfirst (?:question|prompt|request)\\b',
  ),
  signal(
    'old_rules',
    1,
    `\\b(?:ignore|ignoring|disregard|forget|bypass|override|break|violat\\w+|circumvent|evade)\\b${near(6)}(?:${RULES}|instructions|prompts?|training|openai|content|terms)\\b`,
    `\\bopenai(?:'s)?\\b${near(4)}(?:polic(?:y|ies)|guidelines|content|rules|restrictions|terms)`,
    `\\bcontent policy\\b|\\busage polic(?:y|ies)\\b|\\bcommunity guidelines\\b`,
    `\\b(?:no|zero|any|without|lacks?|despite|against|have) (?:\\w+ ){0,3}${RULES}\\b`,
  ),
];
