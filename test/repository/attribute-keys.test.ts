import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Node, parseSync, type Program, type StringLiteral, Visitor } from 'oxc-parser';
import { afterAll, describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS } from '@spanline/record';

const ROOT = join(import.meta.dirname, '../..');
/** A folder in each package that neither git nor the linter reads. */
const TYPOS = 'node_modules/.typos';
/** The table itself. */
const TABLE = 'schema/attributes/';
const KEYS = new Set<string>(ATTRIBUTE_KEYS);
const FAMILIES = [...new Set(ATTRIBUTE_KEYS.filter((key) => key.includes('.')).map((key) => key.split('.', 1)[0]))];
const LOOKS_LIKE_A_KEY = new RegExp(String.raw`^(?:${FAMILIES.join('|')})\.[a-z][\w.]*$`);

/** Names that look like keys of the record and are others'. */
const OTHERS: ReadonlySet<string> = new Set([
  // Events.
  'span.end',
  'span.start',
  'span.content',
  'gen_ai.evaluation.result',
  'spanline.stats',
  'spanline.ship',
  // The configuration file of the command line.
  'spanline.json',
  // Names and fields of the profile `ecs`.
  'client.ip',
  'service.environment',
  'span.id',
  // OpenTelemetry's metrics, and the resource attribute that `deployment.environment.name` replaced.
  'gen_ai.client.operation.duration',
  'gen_ai.client.token.usage',
  'gen_ai.client.inference.duration',
  'gen_ai.client.inference.time_to_first_chunk',
  'gen_ai.client.inference.operation.input_tokens',
  'gen_ai.client.inference.operation.output_tokens',
  'gen_ai.client.embeddings.duration',
  'gen_ai.client.embeddings.operation.input_tokens',
  'gen_ai.invoke_agent.duration',
  'gen_ai.execute_tool.duration',
  'gen_ai.token.modality',
  'gen_ai.token.type',
  'deployment.environment',
  // Families, fields of documents, symbols, and methods in messages.
  'spanline.gauge.',
  'spanline.stats.redacted.',
  'spanline.odd',
  'spanline.text',
  'spanline.profile',
  'spanline.tracer.1',
  'span.set',
  'span.label',
  // Fields of application lines that packages write through the user's logger.
  'spanline.alert.channel',
  'spanline.audit',
]);
const OTHER_FAMILIES = /^spanline\.ship\./;

interface Source {
  readonly folder: string;
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

const sources: Source[] = readdirSync(join(ROOT, 'packages')).flatMap((name) => {
  const folder = join(ROOT, 'packages', name);
  return readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes(TABLE))
    .map((path) => {
      const text = readFileSync(join(folder, 'src', path), 'utf8');
      return { folder, path, text, program: parseSync(path, text).program };
    });
});

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

function stringOf(node: Node | null | undefined): (StringLiteral & { value: string }) | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? (node as StringLiteral) : undefined;
}

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

/** The sources of a package, each list with one typo, beside the package's own. */
function writeTypos(folder: string): Set<string> {
  const sites = new Set<string>();
  for (const { path, text, program } of sources.filter((source) => source.folder === folder)) {
    let changed = text;
    for (const { start, end } of firstKeysOfLists(program).toSorted((a, b) => b.start - a.start)) {
      changed = `${changed.slice(0, end - 1)}x${changed.slice(end - 1)}`;
      sites.add(`${path}:${lineOf(text, start)}`);
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
  const compilerOptions = { rootDir: '.', noEmit: true, composite: false, incremental: false, tsBuildInfoFile: null };
  const config = { extends: '../../tsconfig.json', compilerOptions, include: ['**/*.ts'], exclude: [], references: [] };
  writeFileSync(join(folder, `${TYPOS}/tsconfig.json`), JSON.stringify(config));
  return sites;
}

async function complaintsOf(folder: string): Promise<string[]> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', `${TYPOS}/tsconfig.json`, '--pretty', 'false'];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout));
  });
  return [...output.matchAll(/^node_modules\/\.typos\/(.+?)\((\d+),/gm)].map(([, path, line]) => `${path}:${line}`);
}

const folders = [...new Set(sources.map(({ folder }) => folder))].filter((folder) =>
  sources.some((source) => source.folder === folder && firstKeysOfLists(source.program).length > 0),
);

afterAll(() => {
  for (const folder of folders) rmSync(join(folder, TYPOS), { recursive: true, force: true });
});

describe('keys of the record in the sources', () => {
  it('are keys of the attribute table', () => {
    const unknown: string[] = [];
    for (const { folder, path, text, program } of sources) {
      new Visitor({
        Literal(node) {
          const name = stringOf(node)?.value ?? '';
          const isUnknown =
            LOOKS_LIKE_A_KEY.test(name) && !KEYS.has(name) && !OTHERS.has(name) && !OTHER_FAMILIES.test(name);
          if (isUnknown) unknown.push(`${folder}/src/${path}:${lineOf(text, node.start)} ${name}`);
        },
      }).visit(program);
    }
    expect(unknown).toEqual([]);
  });

  it.each(folders.map((folder) => [folder.slice(ROOT.length + 1), folder]))(
    'do not survive the compiler with a typo in any list: %s',
    async (_, folder) => {
      const sites = writeTypos(folder);
      const complaints = new Set(await complaintsOf(folder));
      expect([...sites].filter((site) => !complaints.has(site))).toEqual([]);
    },
  );
});
