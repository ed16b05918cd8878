/** The links between Markdown documents: broken ones, and pages that nobody finds. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

const LINK = /\]\(([^)\s]+)\)/g;
const ELSEWHERE = /^[a-z]+:/;
/** A path of the repository in code; one with a placeholder or a pattern is none. */
const PATH = /`((?:packages|test|scripts|examples|docs)\/[\w./-]+)`/g;

/**
 * Checks relative links and their anchors, paths of the repository in code, and that links lead from the start page to
 * every document.
 *
 * @param documents - paths from the root
 * @returns complaints, as `file: what is wrong`
 */
export function checkLinks(root: string, documents: readonly string[], start: string): string[] {
  const complaints: string[] = [];
  const targets = new Map<string, string[]>();
  for (const file of documents) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, path = ''] of text.matchAll(PATH)) {
      if (!existsSync(join(root, path))) complaints.push(`${file}: ${path} does not exist`);
    }
    const links = linksIn(text).map((link) => ({
      link,
      ...resolve(root, file, link),
    }));
    targets.set(
      file,
      links.map(({ path }) => path),
    );
    for (const { link, path, anchor } of links) {
      if (!existsSync(join(root, path))) complaints.push(`${file}: ${link} leads nowhere`);
      else if (anchor !== undefined && !anchorsOf(join(root, path)).has(anchor)) {
        complaints.push(`${file}: ${link} names no heading`);
      }
    }
  }
  const reached = new Set([start]);
  for (const file of reached) for (const path of targets.get(file) ?? []) reached.add(path);
  const lost = documents.filter((file) => !reached.has(file));
  return [...complaints, ...lost.map((file) => `${file}: no link from ${start} leads here`)];
}

/** Relative links outside of code. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(LINK)].map(([, link = '']) => link).filter((link) => !ELSEWHERE.test(link));
}

/** The file of a link; that of a folder is its README. */
function resolve(root: string, file: string, link: string): { path: string; anchor: string | undefined } {
  const [target = '', anchor] = link.split('#');
  const path = target === '' ? file : normalize(join(dirname(file), target));
  const isFolder = statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  const readme = join(path, 'README.md');
  return { path: isFolder && existsSync(join(root, readme)) ? readme : path, anchor };
}

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = readFileSync(file, 'utf8')
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .matchAll(/^#+ (.+)$/gm);
  const slugs = [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
  return new Set(slugs);
}
