/** What is measured inside of the page. Each script answers with numbers. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** Milliseconds from a value that a script makes to the picture of it. A task behind a frame runs when it was drawn. */
const DRAWN = `const drawn = () => new Promise((resolve) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => resolve(performance.now());
  port2.postMessage(0);
}));`;

/** Notes when the answer of a trace was parsed, and when its first rows were drawn. */
const WATCH_TRACE = `${DRAWN}
const json = Response.prototype.json;
Response.prototype.json = async function () {
  const isTrace = /\\/trace\\/[^/]+$/.test(this.url);
  const answer = await json.call(this);
  if (isTrace) {
    const began = performance.now();
    const watcher = new MutationObserver(async () => {
      if (document.querySelector('.span-row') === null) return;
      watcher.disconnect();
      window.firstPaintMs = (await drawn()) - began;
    });
    watcher.observe(document, { childList: true, subtree: true });
    window.traceAnswer = answer;
  }
  return answer;
};`;

/** The spans as a page without a virtual list would draw them: a row of four elements each. */
const BARE_ROWS = `(async () => {
  ${DRAWN}
  const { spans, durationMs } = window.traceAnswer;
  const began = performance.now();
  const list = document.createElement('div');
  for (const span of spans) {
    const row = document.createElement('div');
    const name = document.createElement('span');
    name.textContent = span.name;
    name.style.paddingLeft = span.depth + 'em';
    const bar = document.createElement('i');
    bar.style.cssText = 'display:inline-block;height:8px;background:#46c;width:' + (300 * span.durationMs) / durationMs + 'px';
    const time = document.createElement('span');
    time.textContent = span.durationMs + ' ms';
    row.append(name, bar, time);
    list.append(row);
  }
  document.body.replaceChildren(list);
  return (await drawn()) - began;
})()`;

/** Waits until a script of the page is true. Its policy forbids the eval of `page.waitForFunction`. */
export async function until(page: Page, script: string): Promise<void> {
  while ((await page.evaluate(script)) !== true) await sleep(50);
}

/** Notes the times of a trace that is opened next. */
export async function watchTrace(page: Page): Promise<void> {
  await page.addInitScript(WATCH_TRACE);
}

/** First paint of the trace that is shown, and of its spans on a page without anything else. */
export async function paintTimes(page: Page): Promise<{ readonly ownMs: number; readonly bareMs: number }> {
  await until(page, 'window.firstPaintMs !== undefined');
  const ownMs = (await page.evaluate('window.firstPaintMs')) as number;
  return { ownMs, bareMs: (await page.evaluate(BARE_ROWS)) as number };
}

/** Scrolls a list by a wheel's step in each frame. @returns milliseconds between the frames */
export async function scrollFrames(page: Page, selector: string, frames: number): Promise<number[]> {
  const script = `new Promise((resolve) => {
    const list = document.querySelector(${JSON.stringify(selector)});
    const times = [];
    let last = 0;
    const frame = (now) => {
      if (last > 0) times.push(now - last);
      last = now;
      if (times.length >= ${frames}) return resolve(times);
      list.scrollTop += 120;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`;
  return (await page.evaluate(script)) as number[];
}

/** Asks for a list that was not asked for before. @returns milliseconds to its first rows, and to all traces */
export async function listTimes(page: Page, filter: string, round: number): Promise<[number, number]> {
  // Each round has another bound, before the first span.
  const from = new Date(Date.UTC(2026, 10, 22, 0, 0, round)).toISOString();
  const path = `./api/v1/traces?limit=100&filter=${encodeURIComponent(filter)}&from=${from}`;
  const script = `(async () => {
    const began = performance.now();
    let answer = await (await fetch(${JSON.stringify(path)})).json();
    const rows = performance.now() - began;
    while (!answer.state.isComplete) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer = await (await fetch(${JSON.stringify(path)})).json();
    }
    return [rows, performance.now() - began];
  })()`;
  return (await page.evaluate(script)) as [number, number];
}

/** A page with nothing but a tall text, which is scrolled in the same way. */
export const BARE_SCROLLER = `<!doctype html><div id="bare" style="height:700px;overflow:auto"><div style="height:9000000px">text</div></div>`;

/** Notes, in each frame, the largest number in the name of the first row, with the time at which it was first seen. */
export async function watchNewest(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.seen = [];
    let newest = -1;
    const frame = () => {
      for (const { textContent } of document.querySelectorAll('#traces .row .name')) {
        const number = Number(textContent.split(' ')[1]);
        if (number <= newest) continue;
        newest = number;
        window.seen.push([number, Date.now()]);
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })()`);
}

/** Notes the tasks of more than 50 ms. */
export async function watchTasks(page: Page): Promise<void> {
  await page.addInitScript(`
    window.tasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.tasks.push(duration);
    }).observe({ type: 'longtask' });`);
}

/** Does something, and answers with the longest task of the page meanwhile; 50 ms and less count as 0. */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate('window.tasks = []');
  await work();
  // The observer is told after the task.
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 200))');
  return (await page.evaluate('Math.max(0, ...window.tasks)')) as number;
}

/** What {@link watchNewest} saw. */
export async function seenRows(page: Page): Promise<readonly (readonly [number, number])[]> {
  return (await page.evaluate('window.seen')) as [number, number][];
}
