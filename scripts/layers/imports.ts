import { readFileSync } from 'node:fs';
import { parseSync, Visitor } from 'oxc-parser';

export interface ImportSite {
  specifier: string;
  /** Erased by the compiler: nothing is loaded. */
  typeOnly: boolean;
  line: number;
}

/** Every module a TypeScript file names: static, dynamic and type imports, re-exports, and `require` of a literal. */
export function readImports(file: string): ImportSite[] {
  const text = readFileSync(file, 'utf8');
  const { module, program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map((error) => error.message).join('; ')}`);
  const sites: ImportSite[] = [];
  const add = (specifier: string, typeOnly: boolean, offset: number): void => {
    sites.push({ specifier, typeOnly, line: text.slice(0, offset).split('\n').length });
  };

  for (const { moduleRequest, entries, start } of module.staticImports) {
    add(moduleRequest.value, entries.length > 0 && entries.every((entry) => entry.isType), start);
  }
  for (const { entries, start } of module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (from)
      add(
        from.value,
        entries.every((entry) => entry.isType),
        start,
      );
  }
  new Visitor({
    ImportExpression(node) {
      if (node.source.type === 'Literal') add(String(node.source.value), false, node.start);
    },
    TSImportType(node) {
      add(node.source.value, true, node.start);
    },
    CallExpression(node) {
      const [argument] = node.arguments;
      const isRequire = node.callee.type === 'Identifier' && node.callee.name === 'require';
      if (isRequire && argument?.type === 'Literal') add(String(argument.value), false, node.start);
    },
  }).visit(program);
  return sites;
}
