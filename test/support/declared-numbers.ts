/** The numbers that a type of a `.d.ts` file declares. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Node, parseSync, type Program } from 'oxc-parser';

type AnyNode = Node & Record<string, unknown>;

/** One declaration file: its types by name, also of namespaces (`Usage.Details`), and where imported names come from. */
interface Declarations {
  readonly path: string;
  readonly types: ReadonlyMap<string, readonly AnyNode[]>;
  readonly imports: ReadonlyMap<string, readonly [file: string, name: string]>;
  readonly namespaces: ReadonlyMap<string, string>;
  readonly reexports: readonly string[];
}

const files = new Map<string, Declarations>();

const at = (node: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>(
    (value, key) => (value === null || value === undefined ? undefined : (value as Record<string, unknown>)[key]),
    node,
  );
const nodes = (value: unknown): AnyNode[] => (Array.isArray(value) ? (value as AnyNode[]) : []);

function nameOf(node: unknown): string {
  const type = at(node, 'type');
  if (type === 'TSQualifiedName') return `${nameOf(at(node, 'left'))}.${nameOf(at(node, 'right'))}`;
  return String(at(node, 'name') ?? at(node, 'value') ?? '');
}

function fileOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const base = resolve(dirname(from), specifier).replace(/\.[mc]?js$/, '');
  return [`${base}.d.ts`, `${base}.d.mts`, `${base}/index.d.ts`].find((path) => existsSync(path));
}

function load(path: string): Declarations {
  const known = files.get(path);
  if (known !== undefined) return known;
  const types = new Map<string, AnyNode[]>();
  const imports = new Map<string, readonly [string, string]>();
  const namespaces = new Map<string, string>();
  const reexports: string[] = [];
  const visit = (statement: AnyNode, prefix: string): void => {
    const declaration = (at(statement, 'declaration') ?? statement) as AnyNode;
    const name = prefix + nameOf(at(declaration, 'id'));
    switch (declaration.type as string) {
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'ClassDeclaration':
        types.set(name, [...(types.get(name) ?? []), declaration]);
        break;
      case 'TSModuleDeclaration':
        for (const inner of nodes(at(declaration, 'body', 'body'))) visit(inner, `${name}.`);
        break;
      case 'ImportDeclaration': {
        const file = fileOf(path, String(at(declaration, 'source', 'value')));
        for (const specifier of file === undefined ? [] : nodes(at(declaration, 'specifiers'))) {
          const local = nameOf(at(specifier, 'local'));
          if ((specifier.type as string) === 'ImportNamespaceSpecifier') namespaces.set(local, file ?? '');
          else imports.set(local, [file ?? '', nameOf(at(specifier, 'imported')) || local]);
        }
        break;
      }
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration': {
        const file = fileOf(path, String(at(statement, 'source', 'value') ?? ''));
        if (file !== undefined) reexports.push(file);
        break;
      }
      default:
        break;
    }
  };
  const program: Program = parseSync(path, readFileSync(path, 'utf8')).program;
  for (const statement of program.body) visit(statement as AnyNode, '');
  const declarations = { path, types, imports, namespaces, reexports };
  files.set(path, declarations);
  return declarations;
}

/** Finds a type by name: in the file, in namespaces around its user, in what the file imports or re-exports. */
function find(file: Declarations, name: string, scope: string): { file: Declarations; name: string } | undefined {
  for (let prefix = scope; ; prefix = prefix.includes('.') ? prefix.slice(0, prefix.lastIndexOf('.')) : '') {
    const full = prefix === '' ? name : `${prefix}.${name}`;
    if (file.types.has(full)) return { file, name: full };
    if (prefix === '') break;
  }
  const imported = file.imports.get(name);
  if (imported !== undefined) return find(load(imported[0]), imported[1], '');
  const [first = '', ...rest] = name.split('.');
  const namespace = file.namespaces.get(first);
  if (namespace !== undefined && rest.length > 0) return find(load(namespace), rest.join('.'), '');
  for (const reexport of file.reexports) {
    const found = find(load(reexport), name, '');
    if (found !== undefined) return found;
  }
  return undefined;
}

class Walker {
  readonly paths = new Set<string>();

  type(file: Declarations, node: unknown, path: string, scope: string, seen: readonly string[]): void {
    switch (at(node, 'type')) {
      case 'TSNumberKeyword':
      case 'TSBigIntKeyword':
        this.paths.add(path);
        break;
      case 'TSUnionType':
      case 'TSIntersectionType':
        for (const inner of nodes(at(node, 'types'))) this.type(file, inner, path, scope, seen);
        break;
      case 'TSParenthesizedType':
      case 'TSTypeOperator':
        this.type(file, at(node, 'typeAnnotation'), path, scope, seen);
        break;
      case 'TSArrayType':
        this.type(file, at(node, 'elementType'), `${path}[]`, scope, seen);
        break;
      case 'TSTypeLiteral':
        this.members(file, nodes(at(node, 'members')), path, scope, seen);
        break;
      case 'TSTypeReference':
        this.reference(file, node, path, scope, seen);
        break;
      default:
        break;
    }
  }

  reference(file: Declarations, node: unknown, path: string, scope: string, seen: readonly string[]): void {
    const name = nameOf(at(node, 'typeName'));
    const parameters = nodes(at(node, 'typeArguments', 'params'));
    if (name === 'Array' || name === 'ReadonlyArray') this.type(file, parameters[0], `${path}[]`, scope, seen);
    else this.named(file, name, path, scope, seen);
  }

  named(file: Declarations, name: string, path: string, scope: string, seen: readonly string[]): void {
    const found = find(file, name, scope);
    if (found === undefined || seen.includes(`${found.file.path}#${found.name}`)) return;
    const inner = [...seen, `${found.file.path}#${found.name}`];
    for (const declaration of found.file.types.get(found.name) ?? []) {
      for (const base of nodes(at(declaration, 'extends'))) {
        this.named(found.file, nameOf(at(base, 'expression')), path, found.name, inner);
      }
      const body = at(declaration, 'body', 'body');
      if (body === undefined) this.type(found.file, at(declaration, 'typeAnnotation'), path, found.name, inner);
      else this.members(found.file, nodes(body), path, found.name, inner);
    }
  }

  members(file: Declarations, members: readonly AnyNode[], path: string, scope: string, seen: readonly string[]): void {
    for (const member of members) {
      const key = nameOf(at(member, 'key'));
      const type = at(member, 'typeAnnotation', 'typeAnnotation');
      if (key !== '' && type !== undefined) this.type(file, type, path === '' ? key : `${path}.${key}`, scope, seen);
    }
  }
}

/**
 * Lists the numbers in a type, with the path to each: `prompt_tokens_details.cached_tokens`, `promptTokensDetails[].tokenCount`.
 *
 * @param file - path of the declaration file
 */
export function declaredNumbers(file: string, type: string): string[] {
  const walker = new Walker();
  walker.named(load(file), type, '', '', []);
  return [...walker.paths].toSorted();
}
