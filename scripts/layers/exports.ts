import { parseFile } from './parse.ts';

/**
 * The names a TypeScript module exports, in order of the alphabet; a type as `type Name`, `export *` as `* from
 * './file.ts'`.
 */
export function readExports(file: string): string[] {
  const entries = parseFile(file).module.staticExports.flatMap((statement) => statement.entries);
  return entries
    .map(({ exportName, isType, moduleRequest }) => {
      const name = exportName.name ?? (moduleRequest ? `* from '${moduleRequest.value}'` : 'default');
      return isType ? `type ${name}` : name;
    })
    .toSorted();
}
