/** A trace as a file: it opens from a disk, shows what the viewer shows, and asks for nothing. */

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { open } from '@spanline/query';
import { traceFile } from '@spanline/viewer';
import { logWith, spanId, spanLine, traceId } from '../../packages/viewer/test/support/lines.ts';
import { openFile } from './support/page.ts';

const HOSTILE = [
  '</script><script>document.title="broken"</script>',
  '<!--<script>',
  '\u2028\u2029',
  '</style><img src=x onerror="document.title=1">',
  '"\'`${1}',
];

async function fileOf(lines: readonly string[]): Promise<{ url: string; html: string }> {
  const log = logWith(lines);
  const trace = await open(log).trace(traceId(1));
  if (trace === undefined) throw new Error('no trace');
  const html = traceFile(trace);
  const path = join(dirname(log), 'trace.html');
  writeFileSync(path, html);
  return { url: pathToFileURL(path).href, html };
}

const message = (text: string): string => JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text }] }]);

describe.skipIf(inject('chromium') === undefined)('a trace as a file', () => {
  it('shows the tree and the conversation of a span, in full', async () => {
    const long = `start ${'x'.repeat(60_000)} the end`;
    const { url, html } = await fileOf([
      spanLine(
        { trace: 1, span: 2, parent: 1, fromMs: 10, durationMs: 90 },
        { 'span.type': 'llm', 'span.name': 'chat gpt-4o', 'gen_ai.input.messages': message(long) },
      ),
      spanLine({ trace: 1, span: 1, durationMs: 120 }, { 'span.type': 'http', 'span.name': 'POST /ask' }),
    ]);
    const page = await openFile(url);
    await page.getByRole('heading', { name: 'POST /ask' }).waitFor();
    await page.getByRole('treeitem', { name: /chat gpt-4o/ }).click();
    const panel = page.getByLabel('Selected span');
    await panel.getByRole('button', { name: /Show more/ }).click();
    await panel.getByText('the end').waitFor();
    await page.keyboard.press('5');
    await page.locator('.chain-step').waitFor();
    const data = await page.locator('#answers').textContent();
    const digest = createHash('sha256')
      .update(data ?? '')
      .digest('hex');
    await page.getByText(`SHA-256 of the data ${digest}`).waitFor();
    expect(html).toContain(spanId(2));
  });

  it.each(HOSTILE)('shows %j as text', async (text) => {
    const { url } = await fileOf([
      spanLine({ trace: 1, span: 1 }, { 'span.name': `name ${text}`, 'spanline.input': JSON.stringify(text) }),
    ]);
    const page = await openFile(url);
    const heading = page.getByRole('heading', { level: 1 });
    await heading.waitFor();
    expect(await heading.textContent()).toBe(`name ${text}`);
    expect(await page.title()).toBe(`Trace ${traceId(1)}`);
    expect(await page.locator('script').count()).toBe(2);
  });

  it('runs no other script', async () => {
    const { url, html } = await fileOf([spanLine({ trace: 1, span: 1 })]);
    const path = new URL(url);
    writeFileSync(path, html.replace('</body>', '<script>document.title = "run"</script></body>'));
    const page = await openFile(url, { refuses: 1 });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.title()).toBe(`Trace ${traceId(1)}`);
  });
});
