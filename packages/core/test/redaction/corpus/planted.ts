import { credentials } from './credentials.ts';
import { people } from './people.ts';
import { Random } from './random.ts';

/** Something that must not be logged, without text around it. */
export interface Secret {
  /** The rule that is about it. */
  readonly rule: string;
  /** A country, or the kind of thing. */
  readonly locale: string;
  /** How people write it, with what tells what it is. */
  readonly written: string;
  /** What of that must be gone. */
  readonly gone: string;
}

/** A text with a secret in it. */
export interface PlantedText extends Secret {
  /** The text without an encoding around it. */
  readonly plain: string;
  readonly text: string;
}

const SENTENCES: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `please use ${secret} for that`,
  (secret) => `It says: ${secret}`,
  (secret) => `(${secret}), then go on`,
  (secret) => `first line\n${secret}\nlast line`,
  (secret) => `Thank you. ${secret}`,
  (secret) => `- one\n- ${secret}\n- three`,
];

const ENCODINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => JSON.stringify({ message: text, lang: 'en' }),
  (text) => JSON.stringify({ body: JSON.stringify({ message: text }) }),
];

/** The same things in many texts, the same with the same seed. */
export function* plantedTexts(seed: number, perKind: number): Generator<PlantedText> {
  const random = new Random(seed);
  for (const secret of [...credentials(random, perKind), ...people(random, perKind)]) {
    const plain = random.pick(SENTENCES)(secret.written);
    yield { ...secret, plain, text: random.pick(ENCODINGS)(plain) };
  }
}
