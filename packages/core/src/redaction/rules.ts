import { EMAIL } from './email.ts';
import { API_KEY } from './keys/api-key.ts';
import { IPV4, IPV6, MAC } from './numbers/addresses.ts';
import { CARD } from './numbers/card.ts';
import { IBAN } from './numbers/iban.ts';
import { PASSPORT, SSN } from './numbers/identity.ts';
import { PHONE } from './phones/index.ts';
import type { Rule } from './rule.ts';
import { JWT, PRIVATE_KEY } from './secrets/blocks.ts';
import { CONNECTION_STRING } from './secrets/connection-strings.ts';
import { CREDENTIAL } from './secrets/headers.ts';
import { SECRET } from './secrets/secret.ts';
import { WEBHOOK } from './secrets/webhooks.ts';

/** The built-in rules, in the order in which they run. */
export const BUILT_IN_RULES: readonly Rule[] = [
  PRIVATE_KEY,
  CONNECTION_STRING,
  JWT,
  WEBHOOK,
  API_KEY,
  CREDENTIAL,
  SECRET,
  EMAIL,
  IBAN,
  CARD,
  SSN,
  IPV6,
  IPV4,
  MAC,
  PHONE,
  PASSPORT,
];

/** Names of the built-in rules. */
export const RULE_NAMES: readonly string[] = BUILT_IN_RULES.map(({ name }) => name);
