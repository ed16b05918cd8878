import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generatedPages, withPart } from '../../scripts/docs/generated.ts';
import { checkLinks } from '../../scripts/docs/links.ts';
import { readOptions, renderOptions } from '../../scripts/docs/options.ts';

const ROOT = join(import.meta.dirname, '../..');
const folders: string[] = [];

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'documentation-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('generated parts', () => {
  it.each(generatedPages(ROOT))('of $page are what the sources say: pnpm docs:generate', ({ page, text }) => {
    expect(readFileSync(join(ROOT, page), 'utf8')).toBe(text);
  });

  it('replace the text between their comments', () => {
    expect(withPart('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new')).toBe('a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb');
    expect(() => withPart('a', 'x', 'new')).toThrow('x');
  });
});

describe('the option reference', () => {
  const SOURCE = `
    /** Modes. */
    export type Mode = 'on' | 'off';
    export interface Inner {
      /** Maximum size, see {@link Mode}. @defaultValue 5 */
      size?: number;
    }
    export interface Options {
      /** How it works. @defaultValue \`on\` */
      mode?: Mode | ((name: string) => Mode);
      /**
       * A name,
       * on two lines.
       */
      name: string;
      /** Limits. */
      readonly limits?: Readonly<Inner> | readonly Inner[];
    }`;
  const render = (source: string): string =>
    renderOptions(readOptions([folderWith({ 'options.ts': source })], 'Options'));

  it('has a row for each option, with its type, its default and its doc comment', () => {
    expect(render(SOURCE)).toBe(
      [
        '| option | type | default | |',
        '|---|---|---|---|',
        "| `mode` | `'on' \\| 'off' \\| ((name: string) => Mode)` | `on` | How it works. |",
        '| `name` | `string` | required | A name, on two lines. |',
        '| `limits` | [`Inner \\| Inner[]`](#limits) | | Limits. |',
        '',
        '### `limits`',
        '',
        '| option | type | default | |',
        '|---|---|---|---|',
        '| `size` | `number` | 5 | Maximum size, see `Mode`. |',
      ].join('\n'),
    );
  });

  it('has the options that an interface inherits', () => {
    const base = 'export interface Base {\n/** Depth. */\ndepth?: number;\n}';
    expect(render(`${base}\n${SOURCE.replace('interface Options', 'interface Options extends Base')}`)).toContain(
      '| `depth` | `number` | | Depth. |\n| `mode` |',
    );
  });

  it.each([
    ['added', 'size?: number;', 'size?: number;\n/** Depth. */\ndepth?: number;'],
    ['renamed', 'size?', 'bytes?'],
    ['removed', '/** Limits. */\n      readonly limits?: Readonly<Inner> | readonly Inner[];', ''],
    ['given another type', 'size?: number', 'size?: string'],
    ['given another default', '@defaultValue 5', '@defaultValue 6'],
  ])('changes when an option is %s', (_change, before, after) => {
    expect(SOURCE).toContain(before);
    expect(render(SOURCE.replace(before, after))).not.toBe(render(SOURCE));
  });

  it('leads to the options of every package that lists some', () => {
    const reference = readFileSync(join(ROOT, 'docs/options.md'), 'utf8');
    const pages = readdirSync(join(ROOT, 'docs')).filter((page) => page.endsWith('.md') && page !== 'options.md');
    const lists = (path: string): boolean => /^## Options$/m.test(readFileSync(join(ROOT, path), 'utf8'));
    const packages = readdirSync(join(ROOT, 'packages')).filter((name) => lists(`packages/${name}/README.md`));
    const ofPackage = (name: string): string[] => {
      const readme = readFileSync(join(ROOT, 'packages', name, 'README.md'), 'utf8');
      const own = pages.filter((page) => readme.includes(`docs/${page}`) && lists(`docs/${page}`));
      return [`../packages/${name}#options`, ...own.map((page) => `${page}#options`)];
    };
    const links = [
      ...packages.map(ofPackage),
      ...pages.filter((page) => lists(`docs/${page}`)).map((page) => [`${page}#options`]),
    ];
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((ways) => !ways.some((link) => reference.includes(`](${link})`)))).toEqual([]);
  });

  it('refuses an option without a doc comment', () => {
    expect(() => render(SOURCE.replace('/** Limits. */', ''))).toThrow('Options.limits has no doc comment');
  });
});

describe('links', () => {
  const check = (files: Readonly<Record<string, string>>): string[] =>
    checkLinks(folderWith(files), Object.keys(files), 'README.md');

  it('may lead to pages, folders with a README, headings and other sites', () => {
    const readme =
      '[a](docs/a.md#two-words-its-x) [b](b) [here](#top) [there](https://example.com/x)\n# Top\n```\n[x](y)\n```';
    expect(check({ 'README.md': readme, 'docs/a.md': "## Two words: `it's` X", 'b/README.md': '' })).toEqual([]);
  });

  it('are refused where they lead nowhere', () => {
    const files = { 'README.md': '[a](a.md#none) [b](b.md) `test/x.ts` `test/*.ts`', 'a.md': '# A', 'c.md': '# C' };
    expect(check(files)).toEqual([
      'README.md: test/x.ts does not exist',
      'README.md: a.md#none names no heading',
      'README.md: b.md leads nowhere',
      'c.md: no link from README.md leads here',
    ]);
  });
});
