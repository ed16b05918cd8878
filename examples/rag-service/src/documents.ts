import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One piece of the manual. */
export interface Chunk {
  /** `api.md#destination-4`: file, heading, running number. */
  id: string;
  title: string;
  text: string;
}

const MAX_CHARACTERS = 1200;

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
}

/** Splits at headings, then at paragraphs, so that no chunk is longer than the limit unless one paragraph is. */
function chunk(file: string, markdown: string): Chunk[] {
  const chunks: Chunk[] = [];
  for (const section of markdown.split(/^(?=#{1,4} )/m)) {
    const title = /^#{1,4} (.+)$/m.exec(section)?.[1]?.trim() ?? file;
    let text = '';
    const flush = (): void => {
      if (text.trim().length > 40)
        chunks.push({ id: `${file}#${slug(title)}-${chunks.length}`, title, text: text.trim() });
      text = '';
    };
    for (const paragraph of section.split(/\n{2,}/)) {
      if (text.length + paragraph.length > MAX_CHARACTERS) flush();
      text += `${paragraph}\n\n`;
    }
    flush();
  }
  return chunks;
}

/** The Markdown manual inside the `pino` package: real text, not written for this example. */
export function loadManual(): Chunk[] {
  const folder = join(dirname(createRequire(import.meta.url).resolve('pino/package.json')), 'docs');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => chunk(file, readFileSync(join(folder, file), 'utf8')));
}
