/** Specifiers of the modules that a source imports, also in CommonJS. */

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const IMPORTS = [
  /(?:^|[\n;}])\s*(?:import|export)\s[^'"`;]*?\bfrom\s*['"]([^'"\n]+)['"]/g,
  /(?:^|[\n;}])\s*import\s*['"]([^'"\n]+)['"]/g,
  /\b(?:require|import)\s*\(\s*['"]([^'"\n]+)['"]/g,
];

/** The specifiers. Imports of types alone are left out, because they load nothing. */
export function importsOf(source: string): string[] {
  const text = source.replaceAll(COMMENT, '').replaceAll(/\b(?:import|export)\s+type\s[^'"`;]*?\bfrom\b/g, '');
  return IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, specifier = '']) => specifier));
}
