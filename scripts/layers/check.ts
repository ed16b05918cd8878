import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type ImportSite, readImports } from './imports.ts';
import { readModuleState } from './module-state.ts';
import { type ParsedFile, parseFile } from './parse.ts';
import type { LayerTable, PackageRules } from './table.ts';

/** One broken rule, as `path:line` and a sentence. */
export interface Violation {
  at: string;
  message: string;
}

/** Where the sources of a row are, from the root. */
const sourcesOf = (row: string): string => `packages/${row.includes('/') ? row : `${row}/src`}`;

/**
 * Checks the imports of `<root>/packages/<name>/src`, and of other folders that the table names, against the table:
 *
 * - A package imports only what its row names.
 * - A room imports rooms on lower floors only, types included.
 * - No files load each other in a circle, types included.
 * - Module-level state goes through `sharedState`, or its file is named in the row.
 */
export function checkLayers(root: string, table: LayerTable): Violation[] {
  const violations: Violation[] = [];
  const packages = readdirSync(join(root, 'packages')).toSorted();
  for (const name of new Set([...packages, ...Object.keys(table)])) {
    const src = join(root, sourcesOf(name));
    if (!existsSync(src)) continue;
    const rules = table[name];
    if (rules) violations.push(...checkPackage(root, src, rules));
    else violations.push({ at: `packages/${name}`, message: 'has no row in scripts/layers/table.ts' });
  }
  return violations;
}

/** Finds the packages and rooms that the table names and the workspace does not have. */
export function findGone(root: string, table: LayerTable): Violation[] {
  return Object.entries(table).flatMap(([name, { floors }]) => {
    const at = sourcesOf(name);
    return ['', ...floors.flat()]
      .filter((path) => !existsSync(join(root, at, path)))
      .map((path) => ({ at: join(at, path), message: 'is named in scripts/layers/table.ts and does not exist' }));
  });
}

function checkPackage(root: string, src: string, rules: PackageRules): Violation[] {
  const violations: Violation[] = [];
  const loads = new Map<string, string[]>();
  for (const file of typescriptFiles(src)) {
    const here = slashes(relative(src, file));
    const parsed = parseFile(file);
    const loaded: string[] = [];
    for (const site of readImports(parsed)) {
      const inside = site.specifier.startsWith('.');
      const there = inside ? slashes(relative(src, resolve(dirname(file), site.specifier))) : site.specifier;
      const message = inside ? checkRooms(here, there, site, rules) : checkReach(here, site, rules);
      if (message) violations.push({ at: `${slashes(relative(root, file))}:${site.line}`, message });
      if (inside) loaded.push(there);
    }
    loads.set(here, loaded);
    violations.push(...checkState(slashes(relative(root, file)), here, parsed, rules));
  }
  const at = slashes(relative(root, src));
  return [...violations, ...findCircles(loads).map((circle) => ({ at, message: `circle: ${circle.join(' → ')}` }))];
}

function checkState(at: string, here: string, file: ParsedFile, { moduleState = [] }: PackageRules): Violation[] {
  const state = readModuleState(file);
  if (moduleState.some((named) => named.file === here)) {
    return state.length > 0
      ? []
      : [{ at, message: 'is named under moduleState in scripts/layers/table.ts and has none' }];
  }
  return state.map(({ name, line }) => ({
    at: `${at}:${line}`,
    message: `${name} is module-level state: two installed copies would not share it; use sharedState`,
  }));
}

function checkReach(here: string, site: ImportSite, rules: PackageRules): string | undefined {
  const { specifier, typeOnly } = site;
  const isNode = specifier.startsWith('node:');
  const name = packageName(specifier);
  const rooms = rules.only?.[specifier] ?? rules.only?.[name];
  if (rooms?.includes(room(here)) === false) return `may not import ${specifier}: only ${rooms.join(', ')} may`;
  if ((isNode && rules.node !== false) || rules.workspace.includes(specifier)) return undefined;
  if (rules.runtime.includes(name)) return undefined;
  if (!rules.types.includes(name)) return `may not import ${specifier}`;
  if (typeOnly || rules.loaders.includes(here)) return undefined;
  return `may name ${specifier} in \`import type\` only`;
}

function checkRooms(here: string, there: string, site: ImportSite, rules: PackageRules): string | undefined {
  const { floors, beside } = rules;
  if (beside?.includes(there) === true) return undefined;
  if (there.startsWith('../')) return `leaves its package: ${site.specifier}`;
  const [from, to] = [room(here), room(there)];
  if (from === to) return undefined;
  const [floor, below] = [floorOf(from, floors), floorOf(to, floors)];
  if (floor === 0) return `room ${from} has no floor in scripts/layers/table.ts`;
  if (below === 0) return `room ${to} has no floor in scripts/layers/table.ts`;
  return below < floor ? undefined : `${from} (floor ${floor}) may not import ${there} (floor ${below})`;
}

/** The circles in a graph of files, each as the path that closes it. */
function findCircles(loads: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const next of loads.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of loads.keys()) walk(file, []);
  return circles;
}

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .toSorted()
    .map((path) => join(folder, path));
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function room(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

/** Counted from 1; 0 when the table does not know the room. */
function floorOf(name: string, floors: readonly (readonly string[])[]): number {
  return floors.findIndex((floor) => floor.includes(name)) + 1;
}

function slashes(path: string): string {
  return path.split(sep).join('/');
}
