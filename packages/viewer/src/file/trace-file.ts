/** One trace as a file: the trace page with its answers inside. It opens from a disk and asks for nothing. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Itemize } from '@spanline/core';
import { chainOf, type Trace } from '@spanline/query';
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import type { FileAnswers } from '../contract/index.ts';
import { toChainAnswer } from '../server/answers/chain.ts';
import { contentOf, toSpanDetails } from '../server/answers/span.ts';
import { toTraceAnswer } from '../server/answers/trace.ts';
import { readTranscript, toTranscriptAnswer, wholeTranscript } from '../server/answers/transcript.ts';

/** Characters of a text in the transcript; the span has all of it. */
const TRANSCRIPT_CHARACTERS = 2000;
const FOLDER = new URL('../../dist/page/', import.meta.url);

function readPage(name: string): string {
  try {
    return readFileSync(new URL(name, FOLDER), 'utf8').trim();
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_VIEWER_PAGE',
      problem: `the page of the viewer is not built (${name})`,
      cause,
    });
  }
}

/** A part of the page that would end its element early. */
const ENDS_ELEMENT = /<(?:!--|\/?(?:script|style))/i;

function checked(name: string, text: string): string {
  if (!ENDS_ELEMENT.test(text)) return text;
  throw new SpanlineError({ code: 'ERR_VIEWER_PAGE', problem: `${name} cannot stand in a page` });
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': String.raw`\u003c`,
  '>': String.raw`\u003e`,
  '&': String.raw`\u0026`,
  '\u2028': String.raw`\u2028`,
  '\u2029': String.raw`\u2029`,
};

/** JSON that no reader of HTML takes for anything but text. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? '');
}

const escaped = (text: string): string =>
  text.replaceAll(/[<>&"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

const digest = (text: string, encoding: 'base64' | 'hex'): string => createHash('sha256').update(text).digest(encoding);

function answersOf(trace: Trace, id: string, itemize: Itemize | undefined): FileAnswers {
  const of = encodeURIComponent;
  const answer = { ...toTraceAnswer(trace), id };
  const content = contentOf(trace);
  const transcript = wholeTranscript(readTranscript(answer.spans, content, TRANSCRIPT_CHARACTERS));
  const answers: Record<string, unknown> = {
    [`trace/${of(id)}`]: answer,
    [`trace/${of(id)}/chain`]: toChainAnswer(chainOf(trace)),
    [`trace/${of(id)}/messages`]: toTranscriptAnswer(transcript),
  };
  for (const { spanId } of answer.spans)
    answers[`trace/${of(id)}/span/${of(spanId)}`] = toSpanDetails(trace, content, spanId, {
      itemize,
      firstCharacters: Number.POSITIVE_INFINITY,
    })?.answer;
  return { id, answers };
}

/** Options of {@link traceFile}. */
export interface TraceFileOptions {
  /** `createItemizer()` of `@spanline/core`: costs by unit. @defaultValue costs have no units */
  readonly itemize?: Itemize;
}

const SHAPE: Shape<TraceFileOptions> = { itemize: option.callback() };

/**
 * Makes the page of a trace. It holds every text of the trace in full, as the lines have it: redact them before.
 *
 * The page loads nothing, and its policy (`Content-Security-Policy`) allows its own script and style alone, by their
 * hashes. The footer has the SHA-256 of the data, the text of the element `#answers`.
 *
 * @returns HTML
 * @throws SpanlineError `ERR_INVALID_OPTION`, or `ERR_VIEWER_PAGE` if the page is not built
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { open } from '@spanline/query';
 * import { traceFile } from '@spanline/viewer';
 *
 * const trace = await open('app.ndjson').trace('req-1001');
 * if (trace !== undefined) writeFileSync('trace.html', traceFile(trace), { mode: 0o600 });
 * ```
 */
export function traceFile(trace: Trace, options: TraceFileOptions = {}): string {
  checkOptions(SHAPE, options);
  const { itemize } = options;
  const id = trace.traceIds[0] ?? trace.id;
  const script = checked('trace-file.js', readPage('trace-file.js'));
  const style = checked('viewer.css', readPage('viewer.css'));
  const data = embedded(answersOf(trace, id, itemize));
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${digest(script, 'base64')}'`,
    `style-src 'sha256-${digest(style, 'base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Trace ${escaped(id)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body class="file">
<div id="app"></div>
<noscript>The page needs JavaScript.</noscript>
<footer class="file-foot">Spanline · trace ${escaped(id)} · SHA-256 of the data <code>${digest(data, 'hex')}</code></footer>
<script type="application/json" id="answers">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}
