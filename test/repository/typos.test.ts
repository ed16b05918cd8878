import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Node, type Program, type StringLiteral, Visitor } from 'oxc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS } from '@spanline/record';
import { lineOf, ROOT, sources, stringOf, TABLE } from './support/sources.ts';

/** A folder in each package that neither git nor the linter reads. */
const TYPOS = 'node_modules/.typos';
const CONFIG = join(ROOT, 'node_modules/.typos.json');
const KEYS = new Set<string>(ATTRIBUTE_KEYS);

/** The first key of each list and each object literal that names at least three keys. */
function firstKeysOfLists(program: Program): StringLiteral[] {
  const first: StringLiteral[] = [];
  const add = (nodes: readonly (Node | null | undefined)[]): void => {
    const keys = nodes.flatMap((node) => stringOf(node) ?? []).filter(({ value }) => KEYS.has(value));
    if (keys.length >= 3 && keys[0] !== undefined) first.push(keys[0]);
  };
  new Visitor({
    ArrayExpression: ({ elements }) => {
      add(elements.map((element) => (element?.type === 'ArrayExpression' ? element.elements[0] : element)));
    },
    ObjectExpression: ({ properties }) => {
      add(properties.map((property) => (property.type === 'Property' ? property.key : undefined)));
    },
  }).visit(program);
  return first;
}

/** The sources of a package, each list with one typo, beside the package's own. @returns the lines with a typo */
function writeTypos(folder: string): string[] {
  const sites = new Set<string>();
  for (const { path, text, program } of sources.filter((source) => source.folder === folder)) {
    let changed = text;
    for (const { start, end } of firstKeysOfLists(program).toSorted((a, b) => b.start - a.start)) {
      changed = `${changed.slice(0, end - 1)}x${changed.slice(end - 1)}`;
      sites.add(`${relative(ROOT, join(folder, TYPOS, path))}:${lineOf(text, start)}`);
    }
    const file = join(folder, TYPOS, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, changed);
  }
  const table = join(folder, 'src', TABLE);
  for (const path of folder.endsWith('/record') ? readdirSync(table) : []) {
    mkdirSync(join(folder, TYPOS, TABLE), { recursive: true });
    writeFileSync(join(folder, TYPOS, TABLE, path), readFileSync(join(table, path)));
  }
  return [...sites];
}

const folders = [...new Set(sources.map(({ folder }) => folder))].filter((folder) =>
  sources.some((source) => source.folder === folder && firstKeysOfLists(source.program).length > 0),
);

/** The lines that the compiler complains about, in the copies of all packages at once. */
function findComplaints(): Set<string> {
  const compilerOptions = { rootDir: '..', noEmit: true, composite: false, incremental: false };
  const include = folders.map((folder) => `${relative(join(ROOT, 'node_modules'), join(folder, TYPOS))}/**/*.ts`);
  const config = { extends: '../tsconfig.base.json', compilerOptions, include, exclude: [] };
  writeFileSync(CONFIG, JSON.stringify(config));
  const args = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', CONFIG, '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return new Set([...stdout.matchAll(/^(.+?)\((\d+),\d+\): error/gm)].map(([, path, line]) => `${path}:${line}`));
}

afterAll(() => {
  for (const folder of folders) rmSync(join(folder, TYPOS), { recursive: true, force: true });
  rmSync(CONFIG, { force: true });
});

describe('keys of the record do not survive the compiler with a typo in any list', () => {
  let sites: ReadonlyMap<string, readonly string[]> = new Map();
  let complaints: ReadonlySet<string> = new Set();
  beforeAll(() => {
    sites = new Map(folders.map((folder) => [folder, writeTypos(folder)]));
    complaints = findComplaints();
  });

  it.each(folders.map((folder) => [relative(ROOT, folder), folder]))('%s', (_, folder) => {
    const typos = sites.get(folder) ?? [];
    expect(typos.length).toBeGreaterThan(0);
    expect(typos.filter((site) => !complaints.has(site))).toEqual([]);
  });
});
