/** Phrases by which texts try to give a model orders. */

import { near } from '../near.ts';

/** One kind of attack. */
export interface InjectionRule {
  readonly name: string;
  readonly pattern: RegExp;
}

const words = (list: string): string => `(?:${list})`;

const DROP = words(
  'ignore|ignoring|disregard|forget|override|overrule|bypass|discard|neglect|do not follow|stop following|pay no attention to|set aside|' +
    'ignoriere|ignorieren sie|vergiss|vergessen sie|missachte|umgehe|ignorez|ignore|oubliez|oublie|ignora|ignorad|ignore|olvida|olvide|dimentica|tralascia|ignori',
);
const ORDERS = words(
  'instructions?|rules?|guidelines?|directives?|prompts?|polic(?:y|ies)|restrictions?|constraints?|safety checks?|safeguards?|programming|training|orders|guardrails|' +
    'anweisungen|richtlinien|regeln|vorgaben|instructions|consignes|regles|directives|instrucciones|reglas|istruzioni|regole|linee guida',
);
const EARLIER = words(
  'everything (?:above|before|you were told|you have been told)|(?:all )?(?:the )?(?:text|content|words|messages?) (?:above|before)|what (?:i|you|they) (?:said|were told)|all (?:of )?(?:the )?(?:above|previous|prior)|alles (?:davor|zuvor|oben)|tout ce qui precede|todo lo anterior|tutto (?:cio )?(?:che|quanto) precede',
);
const REVEAL = words(
  'reveal|show|print|repeat|tell me|output|display|give me|list|dump|leak|share|expose|disclose|recite|summari[sz]e|paste|write out|what (?:is|are|was|were)|' +
    'zeige?|verrate?|nenne|gib|wiederhole|revele[zr]?|affiche[zr]?|montre[zr]?|repete[zr]?|muestra|revela|repite|dime|mostra|rivela|ripeti|dimmi',
);
const SECRETS = words(
  'system (?:prompt|message|instructions?)|(?:hidden|secret|initial|original|internal|developer) (?:prompt|instructions?|message|rules)|(?:your|the) (?:exact |full |initial |original |system |operating )*(?:instructions|prompt|guidelines)(?: you were given)?|instructions (?:you were|that were) given|words above|text above|credentials|passwords?|api keys?|environment variables|env vars|secrets?|private keys?|access tokens?|' +
    'systemprompt|system-prompt|systemanweisungen|prompt systeme|instructions systeme|prompt (?:de|del) sistema|instrucciones del sistema|prompt di sistema|istruzioni di sistema',
);
const FREE = words(
  'no (?:more )?(?:content |safety |ethical )?(?:restrictions?|rules|limits?|limitations?|filters?|polic(?:y|ies)|guidelines|boundaries|ethics)|without (?:any )?(?:content |safety |ethical )?(?:restrictions?|rules|limits?|limitations?|filters?|censorship|polic(?:y|ies))|unrestricted|uncensored|unfiltered|jailbroken|do anything|no longer bound|free of|' +
    'ohne (?:einschrankungen|einschraenkungen|regeln|filter)|keine (?:einschrankungen|regeln)|sans (?:restrictions?|regles|limites|filtre)|aucune (?:restriction|regle)|sin (?:restricciones|reglas|limites|filtros)|senza (?:restrizioni|regole|limiti|filtri)',
);
const ROLE = words(
  'you are now|you now|act as|pretend|imagine you|from now on|roleplay as|simulate|developer mode|as an ai|become|switch to|respond as|answer as|' +
    'du bist jetzt|tu so|ab jetzt|tu es maintenant|vous etes maintenant|agis comme|desormais|ahora eres|actua como|finge|a partir de ahora|ora sei|fai finta|agisci come|d.ora in poi',
);
const SAFETY = words('safety|security|content|ethical|usual|sicherheits\\w*|securite|seguridad|sicurezza');
const SEND = words(
  'send|email|e-mail|forward|post|upload|transmit|exfiltrate|leak|submit|copy|envoie[zr]?|envoyez|sende|schicke?|leite|envia|invia|inoltra',
);
const DATA = words(
  'customers?|users?|data|database|list|emails|credentials|passwords?|keys?|tokens?|secrets?|records?|conversation|history|files?|kundendaten|kundenliste|daten|donnees|clients|datos|clientes|dati|clienti',
);
const TARGET =
  '(?:[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+|https?:\\/\\/\\S+|(?:external|remote|outside|following) (?:address|server|url|endpoint|email))';
const AGENT = words(
  'ai|bot|assistant|llm|model|agents?|chatbot|copilot|gpt|claude|ki|ia|assistent|assistente|asistente',
);

const rule = (name: string, ...sources: readonly string[]): InjectionRule => ({
  name,
  pattern: new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'u'),
});

/** Rules for a text in lower case, without marks on its letters. */
export const INJECTION_RULES: readonly InjectionRule[] = [
  rule('override', `\\b${DROP}\\b${near(6)}${ORDERS}\\b`, `\\b${DROP}\\s+${EARLIER}`),
  rule(
    'new_rules',
    `\\byour (?:\\w+ )?(?:rules|instructions|guidelines|polic(?:y|ies)|task|goal|objective)\\b${near(3)}(?:changed|replaced|updated|disabled|suspended|lifted)\\b`,
    `\\b(?:new|real|actual|true|only) (?:instructions?|task|orders?|directives?|goal)(?: is| are)?\\s*(?::|to\\b)`,
    `\\b(?:safety|security|content)\\b${near(2)}(?:disabled|off|suspended|deactivated|bypassed|lifted)\\b`,
  ),
  rule(
    'exemption',
    `\\b(?:skip|skips|skipping|waive|exempt from|outside|not (?:meant|apply|applicable))\\b${near(6)}(?:${SAFETY}\\b${near(2)})?(?:checks?|restrictions?|guidelines|safeguards|confirmations?)\\b`,
    `\\b(?:guidelines|restrictions?|richtlinien|sicherheitsrichtlinien|regles|reglas|regole)\\b${near(5)}(?:not apply|not meant|do(?:es)? not|nicht gelten|ne s.appliquent pas|no aplican|non si applicano)`,
    `\\bcomply (?:fully|with (?:every|any|all))`,
    `\\bproceed with the unrestricted\\b`,
  ),
  rule('reveal', `\\b${REVEAL}\\b${near(6)}${SECRETS}`, `\\brepeat\\b${near(4)}starting with\\b`),
  rule(
    'persona',
    `\\b${ROLE}\\b${near(14)}${FREE}`,
    `\\b(?:developer|god|admin|sudo|debug|jailbreak|dan) mode\\b`,
    `\\bdo anything now\\b`,
    `\\b(?:answer|respond|reply)\\b${near(6)}${FREE}`,
  ),
  rule('exfiltration', `\\b${SEND}\\b${near(12)}${TARGET}`, `\\b${DATA}\\b${near(10)}${SEND}\\b${near(8)}${TARGET}`),
  rule(
    'fake_role',
    `(?:^|\\n)[^\\S\\n]*(?:#+[^\\S\\n]*|\\[|<\\|?)?(?:system|assistant|developer|im_start|inst)(?:\\|?>|\\])?\\s*(?::|\\n|\\]|>)`,
    `<\\|(?:im_start|im_end|system|endoftext|assistant)\\|>|\\[\\/?inst\\]|<<sys>>`,
    `(?:^|\\n)[^\\w\\n]*end of (?:document|user input|input|prompt|context|instructions|system)\\b`,
    `\\[(?:system|admin|developer)\\]`,
    `\\b(?:system|systeme|sistema|system-) ?(?:note|hinweis|update|override|notice)\\b|\\b(?:note|nota|notiz|hinweis) (?:du |de |di |del )?(?:systeme?|sistema)\\b`,
  ),
  rule(
    'addressed_to_model',
    `\\b(?:note|message|instructions?|important|attention|reminder|hinweis)\\s*(?::\\s*)?(?:to|for|an|fur|pour|para|per)\\s+(?:the |any |all |den |die |l'|el |la )?(?:\\w+ )?${AGENT}\\b`,
    `\\bif you are (?:an? )?(?:\\w+ )?${AGENT}\\b`,
    `\\b(?:for|an) (?:ai|llm) (?:coding )?(?:agents?|assistants?|models?)\\b`,
    `\\bwhen you (?:summari[sz]e|read|process|see|review|analy[sz]e)\\b${near(6)}(?:you )?(?:must|also|please|always|email|send|call|include|append|ignore)\\b`,
  ),
  rule(
    'planted_action',
    `\\b(?:call|use|invoke|run|execute)\\s+[a-z]+_[a-z_]+\\b`,
    `\\b(?:include|append|add|insert|output|mention|hinzugefugt|ajoute|aggiunto|anadir\\w*|agregar\\w*)\\b${near(8)}\\{?(?:token|code|trace_id|reference|canary|marker)\\b`,
    `\\b(?:token|code|reference|jeton|codigo|jeton)\\b${near(8)}(?:must|should|shall|doit|debe|deve|muss)\\b${near(2)}(?:be |etre |essere |ser )?(?:included?|appended|added|ajoute|aggiunto|anadido|incluido|hinzugefugt|angehangt)\\b`,
    `\\b(?:append|include|add)\\b${near(10)}\\{[\\w-]+\\}`,
    `\\b(?:remember|save|store)\\b${near(8)}(?:for all future|long-term memory|every future|from now on)\\b`,
    `\\bshown to the user in every\\b`,
  ),
  rule('decode_and_do', `\\bdecode\\b${near(14)}(?:do|follow|execute|obey|run|comply)\\b`),
];
