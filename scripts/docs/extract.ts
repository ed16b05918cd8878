/** A ```ts block of a document or of a doc comment. */
export interface Snippet {
  /** Path from the root of the workspace. */
  file: string;
  /** Line of the first line of code, from 1. */
  line: number;
  code: string;
}

const OPENING = /^\s*```(?:ts|typescript)\s*$/;
const CLOSING = /^\s*```\s*$/;
const COMMENT_MARGIN = /^\s*\* ?/;

/** The blocks that must compile: those opened by exactly ```ts. One opened by ```ts ignore is left alone: it shows a shape, not a program. */
export function extractSnippets(file: string, text: string): Snippet[] {
  const inComment = file.endsWith('.ts');
  const snippets: Snippet[] = [];
  let open: { line: number; code: string[] } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (inComment && !COMMENT_MARGIN.test(raw)) continue;
    const line = inComment ? raw.replace(COMMENT_MARGIN, '') : raw;
    if (!open && OPENING.test(line)) {
      open = { line: index + 2, code: [] };
    } else if (open && CLOSING.test(line)) {
      snippets.push({ file, line: open.line, code: open.code.join('\n') });
      open = undefined;
    } else {
      open?.code.push(line);
    }
  }
  if (open) throw new Error(`${file}:${open.line - 1}: this block is never closed`);
  return snippets;
}
