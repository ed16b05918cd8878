const escape = (character: string): string => character.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`);

/**
 * Source of a pattern for a literal in upper, lower or mixed case: `[kK][eE][yY]`. The hints of all rules form one
 * pattern, which cannot have the flag `i`.
 */
export function anyCase(literal: string): string {
  return Array.from(literal, (character) => {
    const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
    return lower === upper ? escape(character) : `[${lower}${upper}]`;
  }).join('');
}
