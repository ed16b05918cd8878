/** A page of the viewer in a real browser. Whatever a page must never do fails the test. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';
import { startViewer } from '@spanline/viewer';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Milliseconds that a page may take on a busy machine. */
const PATIENCE_MS = 120_000;

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

async function launch({ width = 1280, height = 800, scheme = 'light' }: Look): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'spanline-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: inject('chromium') ?? '',
    headless: true,
    args: ARGS,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  onTestFinished(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
  return context;
}

/**
 * Opens a page of a disk. The test fails if the page asks for anything, or has another fault.
 *
 * @param refuses - scripts that its policy refuses
 */
export async function openFile(url: string, { refuses = 0 }: { refuses?: number } = {}): Promise<Page> {
  const context = await launch({});
  const page = context.pages()[0] ?? (await context.newPage());
  const faults: string[] = [];
  const refused: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error')
      (/Content Security Policy/.test(message.text()) ? refused : faults).push(message.text());
  });
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) faults.push(`request to ${request.url()}`);
  });
  onTestFinished(() => expect({ faults, refused: refused.length }).toEqual({ faults: [], refused: refuses }));
  await page.goto(url);
  return page;
}

export interface OpenPage {
  readonly page: Page;
  /** Faults of the page: errors, violations of its policy, requests to elsewhere, dialogs. */
  readonly faults: string[];
}

/**
 * Opens the viewer of a source. The test fails if the page has a fault by its end.
 *
 * @param annotate - file for scores
 */
export async function openPage(source: string, look: Look = {}, annotate?: string): Promise<OpenPage> {
  const viewer = await startViewer({ source, ...(annotate === undefined ? {} : { annotate }) });
  const context = await launch(look);
  const page = context.pages()[0] ?? (await context.newPage());
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (hostname !== '127.0.0.1' && protocol !== 'data:') faults.push(`request to ${request.url()}`);
  });
  onTestFinished(async () => {
    await viewer.close();
    expect(faults).toEqual([]);
  });
  await page.goto(viewer.url);
  return { page, faults };
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Rules of accessibility that the page breaks, by axe. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as readonly Violation[];
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary ?? ''}`);
}
