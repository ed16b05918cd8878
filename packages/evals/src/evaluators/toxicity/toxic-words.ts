/** Words and phrases of abuse. Patterns are for a text in lower case, without marks and disguise. */

/** One kind of toxic text. */
export interface ToxicKind {
  readonly name: string;
  readonly pattern: RegExp;
}

const whole = (list: string): RegExp => new RegExp(`\\b(?:${list})\\b`, 'u');

const INSULTS =
  'idiots?|morons?|imbeciles?|dumb(?:ass(?:es)?|fucks?)?|stupid|retard(?:s|ed)?|losers?|scum(?:bags?)?|trash|pathetic|worthless|pigs?|vermin|douche(?:bags?)?|dickheads?|jerks?|coward(?:s|ly)?|cretins?|ugly|disgusting|clowns?|liars?|garbage|hypocrites?|fools?';
const GROUPS =
  'gays?|lesbians?|homosexuals?|trans(?:gender)?s?|muslims?|islam|jews?|jewish|christians?|blacks?|whites?|mexicans?|asians?|immigrants?|refugees?|women|men|females?|males?|africans?|arabs?|catholics?|foreigners|americans|liberals|conservatives|republicans|democrats';
const HARM =
  'kill|murder|stab|shoot|strangle|behead|rape|hang|burn|beat|punch|slit|smash|choke|hurt|destroy|execute|gut|slaughter|bomb|lynch';

/** The kinds, the gravest first. */
export const TOXIC_KINDS: readonly ToxicKind[] = [
  {
    name: 'slur',
    pattern: whole(
      'n[i1]gg(?:a|er|ah|az)s?|f[a4]g(?:g?[oi]ts?|s)?|kikes?|sp[i1]cs?|ch[i1]nks?|gooks?|wetbacks?|trann(?:y|ies)|dykes?|ragheads?|towelheads?|sand ?n[i1]ggers?|coons?|pakis?|retards?|shemales?|redskins?|white trash|negro(?:es)?|beaners?|honk(?:y|ies)',
    ),
  },
  {
    name: 'threat',
    pattern: new RegExp(
      `\\b(?:i|we|i'll|we'll|i'm|they|he|she|someone|somebody)(?: \\w+){0,3} (?:${HARM})(?:ing|ed)? (?:\\w+ ){0,2}?(?:you|your|them|him|her|his|their|us|everyone|people|myself|all)\\b|` +
        `\\b(?:${HARM}) (?:yourself|you|him|her|them|all|everyone|every|his|these|those)\\b|\\b(?:should|must|deserves? to|will|gonna|going to|hope (?:you|he|she|they)) (?:all |be |get )*(?:die|killed|shot|hanged|hung|raped|burn(?:ed)?|executed|suffer|dead|punched|beaten)\\b|\\b(?:die|burn) in\\b|\\bdeath to\\b|\\bput a bullet\\b|\\bwant(?:s|ed)? (?:you|him|her|them) dead\\b`,
      'u',
    ),
  },
  {
    name: 'profanity',
    pattern: whole(
      '(?:mother|cluster|un|mind|brain)?-?f+u+c+k+\\w*|wtf|stfu|fck\\w*|(?:bull|horse|dip|bat|ape|chicken)?sh[i1]t+\\w*|assholes?|arseholes?|ass(?:es|hat|wipe)?|arse|bitch\\w*|bastards?|cunt\\w*|dick(?:s|head|heads)?|prick|pricks|pussy|pussies|twats?|wank\\w*|bollocks|bugger\\w*|damn(?:ed|it)?|goddamn\\w*|crap\\w*|piss(?:ed|ing|es)?|cocks?|cocksuck\\w*|tits?|titties|boobs?|slut\\w*|whor\\w+|skanks?|jack-?off|jerk-?off|hell',
    ),
  },
  {
    name: 'sexual',
    pattern: whole(
      'penis(?:es)?|vaginas?|clit(?:oris)?|blow-?jobs?|hand-?jobs?|orgasm\\w*|masturbat\\w*|ejaculat\\w*|cum(?:ming|shots?|s)?|erections?|dildos?|porn\\w*|nipples?|genital\\w*|horny|naked|nude|nudes|sex|sexual(?:ly)?|sexy|intercourse|incest|bdsm|threesomes?|gangbang\\w*|panties|seduc\\w*|fetish\\w*|prostitut\\w*|semen|boner|kinky|fondl\\w*|groped?|groping|pedophil\\w*|molest\\w*|rape[ds]?|rapists?',
    ),
  },
  {
    name: 'identity_attack',
    pattern: new RegExp(
      `\\b(?:all|most|these|those|the|every|fucking|filthy|dirty|stupid|crazy|radical|damn) (?:\\w+ )?(?:${GROUPS})\\b[^.!?]{0,40}\\b(?:are|is|should|must|need|have|deserve|want|were|hate|kill)\\b|` +
        `\\b(?:${GROUPS})\\b[^.!?]{0,40}\\b(?:are (?:all |just |nothing |so |inferior|evil|animals|criminals|terrorists|disgusting|sick|perverts?|rapists)|should (?:be|not|never|die|go)|suck|deserve|go back|violen\\w+|inferior|superior|terroris\\w+|criminals?|abomination|evil|hate[ds]?|perver\\w+|sin(?:ful|ners?)?)\\b|` +
        `\\b(?:hate|against|despise|kill|fear|anti)[ -](?:\\w+ )?(?:${GROUPS})\\b|\\b(?:white supremac\\w+|white power|master race|homophob\\w+|racis[tm]\\w*|misogyn\\w+|islamophob\\w+|anti-?semit\\w+|nazis?|sexists?|bigot\\w*)\\b`,
      'u',
    ),
  },
  {
    name: 'insult',
    pattern: new RegExp(
      `\\b(?:you|he|she|they|it|we|who|your|his|her|their|is|are|was|were|such|these|those|a|an|the|this|that|and|like|so|some|complete|total|bunch of|fucking)(?:'s|'re| is| are| was)? (?:\\w+ ){0,2}?(?:${INSULTS})\\b|\\bshut up\\b|\\bgo to hell\\b|\\b(?:suck|sucks|sucked)\\b|\\byou (?:make|made) me sick\\b`,
      'u',
    ),
  },
];
