/** The option reference: rows read from an interface's doc comments, and the tables made of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comment, parseSync, type TSInterfaceDeclaration, type TSSignature, type TSType } from 'oxc-parser';

/** One option, as its doc comment describes it. */
export interface Option {
  /** `sampling.tail.errors`; `redact.custom[].name` in an array, `prices.<key>.input` in a record. */
  path: string;
  type: string;
  /** The text behind `@defaultValue`; `required` where the option has to be given. */
  defaultValue: string;
  text: string;
}

interface Declaration {
  source: string;
  comments: readonly Comment[];
  node: TSInterfaceDeclaration | TSType;
}

/** The page that holds the reference between two comments. */
export const OPTIONS_PAGE = 'docs/options.md';

/** What the sources declare, and the interfaces that have their table already. */
interface Declarations {
  readonly byName: ReadonlyMap<string, Declaration>;
  readonly described: Set<string>;
}

/** The reference of `createTracer`, from the sources of the packages below a root. */
export function renderTracerOptions(root: string): string {
  const folders = ['core', 'record'].map((name) => join(root, 'packages', name, 'src')).filter(existsSync);
  return renderOptions(readOptions(folders, 'TracerOptions'));
}

/**
 * The options of an interface, nested ones included, in the order of their declaration.
 *
 * @param folders - source folders that declare it and the types it names
 * @throws an error that names an option without a doc comment
 */
export function readOptions(folders: readonly string[], name: string): Option[] {
  const byName = new Map(folders.flatMap(sourcesIn).flatMap(declarationsIn));
  return optionsOf(name, '', { byName, described: new Set() });
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The tables of the reference: the options of the first level, then a section for each object inside. */
export function renderOptions(options: readonly Option[]): string {
  const groupOf = ({ path }: Option): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
  const groups = [...new Set(options.map(groupOf))];
  const typeCell = ({ path, type }: Option): string => {
    const section = groups.find((group) => [path, `${path}[]`, `${path}.<key>`].includes(group));
    const code = `\`${escaped(type)}\``;
    return section === undefined ? code : `[${code}](#${section.toLowerCase().replaceAll(/\W/g, '')})`;
  };
  const sections = groups.map((group) => {
    const members = options.filter((option) => groupOf(option) === group);
    const rows = members.map((option) => {
      const name = option.path.slice(group === '' ? 0 : group.length + 1);
      const [defaultValue, text] = [escaped(option.defaultValue), escaped(option.text)];
      return `| \`${name}\` | ${typeCell(option)} |${defaultValue && ` ${defaultValue}`} | ${text} |`;
    });
    const heading = group === '' ? [] : [`### \`${group}\``, ''];
    return [...heading, '| option | type | default | |', '|---|---|---|---|', ...rows].join('\n');
  });
  return sections.join('\n\n');
}

function sourcesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return paths.map((path) => join(folder, path));
}

function declarationsIn(file: string): [string, Declaration][] {
  const source = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, source);
  return program.body.flatMap((statement): [string, Declaration][] => {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : undefined;
    if (node?.type === 'TSInterfaceDeclaration') return [[node.id.name, { source, comments, node }]];
    if (node?.type !== 'TSTypeAliasDeclaration') return [];
    return [[node.id.name, { source, comments, node: node.typeAnnotation }]];
  });
}

function optionsOf(name: string, prefix: string, declarations: Declarations): Option[] {
  const declaration = declarations.byName.get(name);
  if (declaration?.node.type !== 'TSInterfaceDeclaration') throw new Error(`there is no exported interface ${name}`);
  const inherited = declaration.node.extends.flatMap(({ expression }) =>
    expression.type === 'Identifier' && declarations.byName.has(expression.name)
      ? optionsOf(expression.name, prefix, declarations)
      : [],
  );
  const declared = declaration.node.body.body.flatMap((member) => {
    const key = keyOf(member);
    if (key === undefined) return [];
    const path = `${prefix}${key}`;
    const { text, defaultValue } = documentationOf(member, declaration);
    if (text === '') throw new Error(`${name}.${key} has no doc comment`);
    const type = member.type === 'TSPropertySignature' ? member.typeAnnotation?.typeAnnotation : undefined;
    const isOptional = member.type === 'TSPropertySignature' && member.optional;
    const own: Option = {
      path,
      type: type === undefined ? 'function' : textOf(type, declaration, declarations),
      defaultValue: isOptional ? defaultValue : 'required',
      text,
    };
    return [own, ...(type === undefined ? [] : nestedIn(type, path, declarations))];
  });
  return [...inherited, ...declared];
}

function keyOf(member: TSSignature): string | undefined {
  if (member.type !== 'TSPropertySignature' && member.type !== 'TSMethodSignature') return undefined;
  return member.key.type === 'Identifier' ? member.key.name : undefined;
}

/**
 * Options of the interfaces that a type is made of: itself, members of a union, elements, values of a record. An
 * interface is described where it comes first.
 */
function nestedIn(type: TSType, path: string, declarations: Declarations): Option[] {
  if (type.type === 'TSUnionType') return type.types.flatMap((member) => nestedIn(member, path, declarations));
  if (type.type === 'TSTypeOperator') return nestedIn(type.typeAnnotation, path, declarations);
  if (type.type === 'TSArrayType') return nestedIn(type.elementType, `${path}[]`, declarations);
  if (type.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return [];
  const [first, second] = type.typeArguments?.params ?? [];
  if (type.typeName.name === 'Readonly' && first) return nestedIn(first, path, declarations);
  if (type.typeName.name === 'Record' && second) return nestedIn(second, `${path}.<key>`, declarations);
  const node = declarations.byName.get(type.typeName.name)?.node;
  if (node === undefined) return [];
  if (node.type !== 'TSInterfaceDeclaration') return nestedIn(node, path, declarations);
  if (declarations.described.has(type.typeName.name)) return [];
  declarations.described.add(type.typeName.name);
  return optionsOf(type.typeName.name, `${path}.`, declarations);
}

/** A type as it is written; aliases of unions and records are resolved, interfaces keep their name. */
function textOf(type: TSType, { source }: Pick<Declaration, 'source'>, declarations: Declarations): string {
  if (type.type === 'TSUnionType') {
    return type.types.map((member) => textOf(member, { source }, declarations)).join(' | ');
  }
  const name = type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' ? type.typeName.name : '';
  const alias = declarations.byName.get(name);
  if (alias && alias.node.type !== 'TSInterfaceDeclaration') return textOf(alias.node, alias, declarations);
  return source
    .slice(type.start, type.end)
    .replaceAll(/\breadonly |\bReadonly<(\w+(?:<[^<>]*>)?)>/g, '$1')
    .replaceAll(/\s+/g, ' ');
}

/** What a doc comment says, without its margin; links keep their name. */
function documentationOf(
  member: TSSignature,
  { source, comments }: Declaration,
): Pick<Option, 'text' | 'defaultValue'> {
  const comment = comments.find(({ end, start }) => {
    return start < member.start && source.slice(end, member.start).trim() === '';
  });
  const lines = (comment?.value.startsWith('*') ? comment.value : '').split('\n');
  const words = lines.map((line) => line.replace(/^\s*\*+ ?/, '').trim()).join(' ');
  const [text = '', defaultValue = ''] = words
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .split('@defaultValue')
    .map((part) => part.replace(/ @\w+[\s\S]*/, '').trim());
  return { text, defaultValue };
}
