/** Options that are typed and read nowhere: properties of a package's option types that none of its code reads. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, type TSSignature, type TSType, Visitor } from 'oxc-parser';

/** Names of the types that applications fill in; the types of their properties are options too. */
const OPTIONS = /(?:Options|Rule|Config)$/;

interface Type {
  readonly file: string;
  readonly properties: readonly string[];
  /** Names of the types that it mentions. */
  readonly uses: readonly string[];
  /** It has methods: something to call, not to fill in. */
  readonly isCalled: boolean;
}

interface Sources {
  readonly types: Map<string, Type>;
  /** Names of properties that some code reads. */
  readonly reads: Set<string>;
}

/** @returns one text for each, `file: Type.property` */
export function unreadOptions(folder: string): string[] {
  const sources: Sources = { types: new Map(), reads: new Set() };
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.ts')) readSource(join(folder, path), sources);
  }
  const { types, reads } = sources;
  const options = new Set<string>();
  const add = (name: string): void => {
    const type = types.get(name);
    if (type === undefined || type.isCalled || options.has(name)) return;
    options.add(name);
    type.uses.forEach(add);
  };
  for (const name of types.keys()) if (OPTIONS.test(name)) add(name);
  return [...options].flatMap((name) => {
    const { file = '', properties = [] } = types.get(name) ?? {};
    return properties.filter((property) => !reads.has(property)).map((property) => `${file}: ${name}.${property}`);
  });
}

function readSource(file: string, { types, reads }: Sources): void {
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  const written = new Set<unknown>();
  new Visitor({
    TSInterfaceDeclaration({ id, body, extends: bases }) {
      const members = body.body;
      const isCalled = members.some(
        ({ type }) => type === 'TSMethodSignature' || type === 'TSCallSignatureDeclaration',
      );
      const inherited = bases.flatMap(({ expression }) => (expression.type === 'Identifier' ? [expression.name] : []));
      const uses = [...inherited, ...members.flatMap((member) => namesIn(member))];
      types.set(id.name, { file, properties: members.flatMap(keyOf), uses, isCalled });
    },
    TSTypeAliasDeclaration({ id, typeAnnotation }) {
      types.set(id.name, { file, properties: [], uses: namesIn(typeAnnotation), isCalled: false });
    },
    AssignmentExpression({ operator, left }) {
      if (operator === '=') written.add(left);
    },
    MemberExpression(node) {
      if (written.has(node)) return;
      if (node.property.type === 'Identifier' && !node.computed) reads.add(node.property.name);
      if (node.property.type === 'Literal') reads.add(String(node.property.value));
    },
    // Options by name: `readProperty(options, 'name')`, and lists of the type `keyof Options`.
    CallExpression({ callee, arguments: [, name] }) {
      if (callee.type !== 'Identifier' || callee.name !== 'readProperty') return;
      if (name?.type === 'Literal') reads.add(String(name.value));
    },
    VariableDeclarator({ id, init }) {
      if (id.typeAnnotation === undefined || init?.type !== 'ArrayExpression') return;
      if (!JSON.stringify(id.typeAnnotation).includes('"operator":"keyof"')) return;
      for (const element of init.elements) {
        const name = element?.type === 'ArrayExpression' ? element.elements[0] : element;
        if (name?.type === 'Literal') reads.add(String(name.value));
      }
    },
    ObjectPattern({ properties }) {
      for (const property of properties) {
        if (property.type === 'Property' && property.key.type === 'Identifier') reads.add(property.key.name);
      }
    },
  }).visit(program);
}

function keyOf(member: TSSignature): string[] {
  return member.type === 'TSPropertySignature' && !member.computed && member.key.type === 'Identifier'
    ? [member.key.name]
    : [];
}

/** Names of the types that a type mentions, those of functions left out: they are arguments, not options. */
function namesIn(node: TSType | TSSignature): string[] {
  if (node.type === 'TSPropertySignature')
    return node.typeAnnotation ? namesIn(node.typeAnnotation.typeAnnotation) : [];
  if (node.type === 'TSUnionType' || node.type === 'TSIntersectionType') return node.types.flatMap(namesIn);
  if (node.type === 'TSArrayType') return namesIn(node.elementType);
  if (node.type === 'TSTypeOperator') return namesIn(node.typeAnnotation);
  if (node.type !== 'TSTypeReference') return [];
  const own = node.typeName.type === 'Identifier' ? [node.typeName.name] : [];
  return [...own, ...(node.typeArguments?.params.flatMap(namesIn) ?? [])];
}
