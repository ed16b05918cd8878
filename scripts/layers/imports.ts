import { Visitor } from 'oxc-parser';
import { lineAt, type ParsedFile } from './parse.ts';

export interface ImportSite {
  specifier: string;
  /** Erased by the compiler: nothing is loaded. */
  typeOnly: boolean;
  line: number;
}

/** The words of imports that are expressions. Most files have none, and need no walk. */
const EXPRESSION = /\b(?:import|require)\s*\(/;

/** Every module a TypeScript file names: static, dynamic and type imports, re-exports, and `require` of a literal. */
export function readImports(file: ParsedFile): ImportSite[] {
  const { text, module } = file;
  const sites: ImportSite[] = [];
  const add = (specifier: string, typeOnly: boolean, offset: number): void => {
    sites.push({ specifier, typeOnly, line: lineAt(text, offset) });
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
  if (!EXPRESSION.test(text)) return sites;
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
  }).visit(file.program);
  return sites;
}
