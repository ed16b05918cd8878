/**
 * How a vendor writes its keys, as it has published or others have described.
 *
 * - `prefix`: how they begin, as a pattern. It ends in the rare character that a text is searched for. If it does not,
 *   `^` stands before that character.
 * - `body`: what follows, as a pattern.
 * - `source`: where it is described.
 *
 * All sources were read on {@link READ_ON}.
 */
export type KeyFormat = readonly [vendor: string, prefix: string, body: string, source: string];

/** When the formats were last compared with their sources. */
export const READ_ON = '2026-11-29';

/** A rule of gitleaks at commit b58d3f1 of 2026-07-22. */
export const gitleaks = (rule: string): string => `https://github.com/gitleaks/gitleaks#${rule}`;

/** A detector of trufflehog at commit 3ab759f of 2026-08-21. */
export const trufflehog = (detector: string): string => `https://github.com/trufflesecurity/trufflehog#${detector}`;

/** The vendor is a partner of GitHub's secret scanning and describes its keys on pages of its own. */
export const listed =
  'https://docs.github.com/en/code-security/reference/secret-security/supported-secret-scanning-patterns';
