/** The right output of an item, from scores that people gave. */
/** A score of an item. */
export interface DatasetScore {
  readonly name: string;
  readonly value?: number;
  readonly label?: string;
  readonly source?: string;
  readonly explanation?: string;
}

/** Names of scores whose explanation, or label, is the right output. */
const CORRECTIONS: readonly string[] = ['correction', 'expected'];
const LIKED: readonly string[] = ['up', 'good', 'correct'];

const isLiked = ({ source, value, label }: DatasetScore): boolean =>
  source === 'user' && (label === undefined ? value === 1 : LIKED.includes(label));

/** @returns the last correction, else the output if a user liked it and none disliked it */
export function expectedOutput(output: unknown, scores: readonly DatasetScore[]): unknown {
  const correction = scores.findLast(({ name }) => CORRECTIONS.includes(name));
  const text = correction?.explanation ?? correction?.label;
  if (text !== undefined) return text;
  const users = scores.filter(({ source }) => source === 'user');
  return users.length > 0 && users.every(isLiked) ? output : undefined;
}
