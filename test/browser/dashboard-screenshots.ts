/**
 * Takes the pictures of docs/dashboards.md: the charts of OpenSearch Dashboards and Kibana, drawn by Vega in a Chromium
 * from the answers of a store. `node … dashboard-screenshots.ts <URL of the store>`: `spanline setup` has set it up, and
 * it has lines of a day.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { savedObjects } from '@spanline/dashboards';
import { props } from '@spanline/record';

const [store = 'http://127.0.0.1:9200', executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const FOLDER = join(import.meta.dirname, '../../docs/images');
/** Panels of a picture. */
const PICTURE = 5;
const STYLE = `body { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; margin: 8px; background: #f5f7fa; font: 13px sans-serif; }
section { padding: 8px; background: #fff; border: 1px solid #d3dae6; overflow: hidden; } h2 { margin: 0 0 6px; font-size: 14px; }`;

interface Spec {
  readonly data: { readonly url: { readonly index: string; readonly body: object }; readonly format: object };
  readonly hconcat?: object;
  readonly vconcat?: object;
}

interface Chart {
  readonly title: string;
  readonly spec: object;
}

/** The page has Vega and Vega-Lite as global names. */
interface Libraries {
  readonly vega: {
    parse: (spec: object) => object;
    View: new (runtime: object, options: object) => { runAsync(): Promise<void> };
  };
  readonly vegaLite: { compile: (spec: object) => { spec: object } };
}

const require = createRequire(import.meta.url);
const bundle = (name: string): string =>
  readFileSync(join(dirname(require.resolve(`${name}/package.json`)), 'build', `${name}.min.js`), 'utf8');

async function chartOf(title: string, visState: unknown): Promise<Chart> {
  const { data, ...chart } = JSON.parse(String(props(props(JSON.parse(String(visState)))['params'])['spec'])) as Spec;
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${store}/${data.url.index}/_search`, {
    method: 'POST',
    headers,
    body: JSON.stringify(data.url.body),
  });
  const size = chart.hconcat === undefined && chart.vconcat === undefined ? { width: 480, height: 130 } : {};
  const config = { legend: { orient: 'bottom', columns: 2, labelLimit: 180 } };
  return { title, spec: { ...chart, ...size, config, data: { values: await response.json(), format: data.format } } };
}

const objects = savedObjects().filter(({ body }) => body['type'] === 'visualization');
const charts = await Promise.all(
  objects.map(({ title, body }) => chartOf(title, props(body['attributes'])['visState'])),
);
const context = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'spanline-chromium-')), {
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
  viewport: { width: 1240, height: 100 },
  timezoneId: 'UTC',
});
const page = context.pages()[0] ?? (await context.newPage());
for (let at = 0; at < charts.length; at += PICTURE) {
  const shown = charts.slice(at, at + PICTURE);
  const sections = shown.map(
    ({ title }, place) => `<section><h2>${title}</h2><div id="chart-${place}"></div></section>`,
  );
  await page.setContent(`<!doctype html><style>${STYLE}</style>${sections.join('')}`);
  await page.addScriptTag({ content: bundle('vega') });
  await page.addScriptTag({ content: bundle('vega-lite') });
  await page.evaluate(async (all) => {
    const { vega, vegaLite } = globalThis as unknown as Libraries;
    for (const [place, { spec }] of all.entries()) {
      const container = `#chart-${place}`;
      await new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'svg', container }).runAsync();
    }
  }, shown);
  await page.screenshot({ path: join(FOLDER, `dashboard-${at / PICTURE + 1}.png`), fullPage: true });
}
await context.close();
