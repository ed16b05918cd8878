import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

/**
 * The names a TypeScript module exports, in order of the alphabet; a type as `type Name`, `export *` as `* from
 * './file.ts'`.
 */
export function readExports(file: string): string[] {
  const { module, errors } = parseSync(file, readFileSync(file, 'utf8'));
  if (errors.length > 0) throw new Error(`${file}: ${errors.map((error) => error.message).join('; ')}`);
  const entries = module.staticExports.flatMap((statement) => statement.entries);
  return entries
    .map(({ exportName, isType, moduleRequest }) => {
      const name = exportName.name ?? (moduleRequest ? `* from '${moduleRequest.value}'` : 'default');
      return isType ? `type ${name}` : name;
    })
    .toSorted();
}
