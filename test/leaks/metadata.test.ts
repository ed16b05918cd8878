/** With `capture: 'metadata'`, no content leaves the process, whatever scores, guards, alerts and judges do with it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createLogger, createTracer, type Tracer } from '@spanline/core';
import {
  createEvals,
  dataset,
  feedback,
  field,
  groundedness,
  judge,
  type JudgeRequest,
  jsonValidity,
  promptInjection,
} from '@spanline/evals';
import { blockOutput, createGuards, detectors, evaluator, literals, redactOutput } from '@spanline/guards';
import { createMonitor, DEFAULT_RULES, metricsHandler, slack, webhook } from '@spanline/monitor';
import { datasetItems, open } from '@spanline/query';
import { datadogLlmObs, langfuse, phoenix, type SinkSpec } from '@spanline/ship';
import { cli } from '../../packages/cli/test/support/cli.ts';
import { toHarnessResult } from '../../packages/evals/src/vitest/harness-run.ts';
import { createRecorder } from '../../packages/evals/src/vitest/recorder.ts';
import { leave, ship } from '../../packages/ship/test/support/engine.ts';
import { receiver } from '../../packages/ship/test/support/receiver.ts';
import { openViewer } from '../../packages/viewer/test/support/client.ts';

/** Words of the content. None is in a name, an id or a label. */
const [QUESTION, ANSWER, DOCUMENT, ARGUMENT, RESULT, REASON] = [
  'Is the xyzzyquestion legal?',
  'The xyzzyanswer is legal in 4711 cases, says xyzzy@example.org.',
  'A xyzzydocument about nothing of the kind.',
  { city: 'xyzzyargument' },
  'the xyzzyresult',
  'Because of the xyzzyreason.',
];
const CONTENT = /xyzzy/i;

/** A request that retrieves, calls a tool, asks a model and fails in a parser. */
function ask(tracer: Tracer): { traceId: string; spanId: string } {
  return tracer.withSpan({ name: 'POST /ask', type: 'http', input: QUESTION }, (root) => {
    tracer.withSpan({ name: 'search', type: 'retriever', input: QUESTION }, (span) => {
      span.output([{ id: 'd1', content: DOCUMENT, score: 0.5 }]);
    });
    tracer.withSpan({ name: 'lookup', type: 'tool', input: ARGUMENT }, (span) => void span.output(RESULT));
    tracer.withSpan({ name: 'chat m', type: 'llm', input: [{ role: 'user', content: QUESTION }] }, (span) => {
      span.set({ 'gen_ai.request.model': 'gpt-4o-mini' });
      span.output([{ role: 'assistant', content: ANSWER }]);
    });
    root.output(ANSWER);
    return { traceId: root.traceId, spanId: root.spanId };
  });
}

/** A model that gives its reason, or prose. */
function answerOf({ user }: JudgeRequest): string {
  const [, id = ''] = /<answer-(\w+)>/.exec(user) ?? [];
  return JSON.stringify({ reason: REASON, score: 1, id });
}

function evaluators(tracer: Tracer) {
  const graded = (client: (request: JudgeRequest) => string) =>
    judge({ client, model: 'm', rubric: 'Grade the answer.', tracer });
  const on = { answer: field.answer };
  return [
    feedback({ name: 'faithfulness', on: { ...on, documents: field.documents }, fn: groundedness() }),
    feedback({ name: 'injected', on: { text: field.question }, fn: promptInjection() }),
    feedback({ name: 'json', on, fn: jsonValidity() }),
    feedback({ name: 'hallucination', on, fn: ({ answer }) => ({ value: true, label: 'yes', explanation: answer }) }),
    feedback({ name: 'graded', on, fn: graded(answerOf), source: 'llm_judge' }),
    feedback({ name: 'prose', on, fn: graded(({ user }) => `I like ${user}`), source: 'llm_judge' }),
    feedback({
      name: 'throws',
      on,
      fn: ({ answer }) => {
        throw new TypeError(answer);
      },
    }),
    feedback({ name: 'no_score', on, fn: ({ answer }) => ({ value: { answer } }) as never }),
  ];
}

/** Guards that redact, block, fail, and are not sure. */
async function guarded(tracer: Tracer): Promise<void> {
  const failMode = 'closed';
  const fails = evaluator({
    name: 'failing',
    fn: ({ text }) => {
      throw new Error(text);
    },
  });
  const all = [
    redactOutput({ rules: detectors({ only: ['EMAIL'] }), failMode }),
    blockOutput({ rules: literals({ name: 'words', texts: ['xyzzyanswer'] }), failMode }),
    blockOutput({ rules: fails, failMode }),
  ];
  for (const guard of all) {
    await createGuards({ guards: [guard], tracer })
      .checkOutput(ANSWER)
      .catch((error: unknown) => expect(JSON.stringify(error) + String(error)).not.toMatch(CONTENT));
  }
}

/** All files below a folder, as one text. */
function textOf(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'latin1');
  return readdirSync(path)
    .map((name) => textOf(join(path, name)))
    .join('\n');
}

/** The sinks of a target, all at one address. */
function at(url: string, spec: SinkSpec): SinkSpec {
  const moved = (one: SinkSpec): SinkSpec => {
    const { http } = one.options as { http: { url: string } };
    const options = { ...(one.options as object), http: { ...http, url: `${url}${new URL(http.url).pathname}` } };
    return { ...one, options };
  };
  return { ...moved(spec), companions: (spec.companions ?? []).map(moved) };
}

const COMMANDS = [
  ['ls'],
  ['show', 'TRACE'],
  ['show', 'TRACE', '--raw', '--answer', '--documents', '--tools'],
  ['stats'],
  ['scores'],
  ['scores', '--agreement'],
  ['drift', '--all'],
  ['explain', '--low', 'faithfulness'],
  ['errors'],
  ['sessions'],
  ['slow'],
  ['cost'],
  ['export', 'csv', '--out', '-'],
  ['export', 'dataset', '--out', '-'],
  ['export', 'otlp', '--out', '-'],
  ['export', 'html', 'TRACE', '--out', '-'],
];

it('in metadata mode, no output has content', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-metadata-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const warnings: string[] = [];
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  onTestFinished(() => warned.mockRestore());
  const hook = await receiver(() => ({ status: 200, body: 'ok' }));
  const log = join(folder, 'app.ndjson');
  const tracer = createTracer({
    logger: createLogger({ pretty: false }, log),
    capture: 'metadata',
    statsIntervalSeconds: 0,
  });
  const monitor = createMonitor({
    tracer,
    evaluateEverySeconds: 1,
    evaluationDelaySeconds: 0,
    rules: DEFAULT_RULES.flatMap((rule) =>
      ['hook', 'slack'].map((channel) => ({
        ...rule,
        name: `${rule.name} ${channel}`,
        minSamples: 1,
        notifyChannel: channel,
      })),
    ),
    channels: { hook: webhook({ url: `${hook.url}/hook` }), slack: slack({ url: `${hook.url}/slack` }) },
  });
  const outputs: Record<string, string> = {};

  const failures: string[] = [];
  const evals = createEvals({ tracer, feedback: evaluators(tracer), onFailure: ({ name }) => failures.push(name) });
  const { traceId } = ask(tracer);
  await guarded(tracer);
  await evals.settled();
  expect(evals.stats()).toMatchObject({ scored: 5, failed: 3 });
  expect(failures.toSorted()).toEqual(['no_score', 'prose', 'throws']);

  // Both rules of the checklist fire at the next evaluation after the scores.
  await hook.until(() =>
    ['Low Faithfulness hook', 'Hallucination Spike hook', 'Low Faithfulness slack'].every((name) =>
      sent().includes(name),
    ),
  );
  function sent(): string {
    return hook.requests.map(({ body }) => String(body)).join('\n');
  }
  outputs['alerts'] = sent();
  const handler = metricsHandler({ tracer, monitor });
  outputs['metrics'] = await new Promise<string>((resolve) => {
    const response = {
      writeHead: () => response,
      setHeader: () => response,
      end: (text: string) => resolve(String(text)),
    };
    handler({ headers: {} } as never, response as never);
  });

  const recorder = createRecorder({
    name: 'asked',
    version: 'sha256:aa',
    tracer,
    evaluators: evaluators(tracer).slice(0, 4),
    program: () => ANSWER,
  });
  const item = { id: 'one', input: QUESTION, expected: ANSWER };
  outputs['experiment'] = JSON.stringify(toHarnessResult(item, 1, await recorder.run(item, 1)));
  outputs['results'] = JSON.stringify(recorder.results());
  await recorder.close();
  await evals.close();
  await monitor.close();
  await tracer.shutdown();

  outputs['log'] = readFileSync(log, 'utf8');
  outputs['warnings'] = warnings.join('\n');
  const items = await dataset.fromTraces(datasetItems((await open(log)).records(), { spans: 'root' }));
  outputs['dataset'] = items.toNdjson();
  for (const command of COMMANDS) {
    const [name = '', ...more] = command.map((word) => (word === 'TRACE' ? traceId : word));
    const args =
      name === 'export' ? [name, ...more.slice(0, -2), 'app.ndjson', ...more.slice(-2)] : [name, 'app.ndjson', ...more];
    const { code, stdout, stderr } = await cli(args, { cwd: folder, env: { COLUMNS: '200' } });
    expect(code, `${args.join(' ')}: ${stderr}`).toBeLessThan(64);
    outputs[command.join(' ')] = stdout + stderr;
  }
  const { ask: viewer } = await openViewer(log);
  for (const path of ['traces', 'alerts', `trace/${traceId}`]) outputs[`viewer ${path}`] = (await viewer(path)).body;
  const spans = [...outputs['log'].matchAll(/"span_id":"(\w+)"/g)].map(([, id]) => id);
  for (const id of new Set(spans)) outputs[`viewer ${id}`] = (await viewer(`trace/${traceId}/span/${id}`)).body;

  const target = await receiver(({ path }) => ({
    status: path.includes('ingestion') ? 207 : 200,
    body: '{"successes":[],"errors":[]}',
  }));
  const spool = join(folder, 'spool');
  leave(spool, outputs['log'].trimEnd().split('\n'));
  outputs['spool'] = textOf(spool);
  const sinks = [
    langfuse({ url: target.url, keys: 'pk:sk' }),
    phoenix({ url: target.url }),
    at(target.url, datadogLlmObs({ site: 'datadoghq.eu', apiKey: 'k' })),
  ];
  const { engine } = ship(spool, ...sinks);
  await engine.drain();
  for (const { path, body } of target.requests) outputs[path] = `${outputs[path] ?? ''}${body.toString('latin1')}`;

  const empty = Object.keys(outputs).filter((name) => outputs[name] === '');
  // Without an input, there is nothing to make an item of.
  expect(empty).toEqual(['dataset']);
  const leaks = Object.entries(outputs).filter(([, text]) => CONTENT.test(text));
  expect(
    leaks.map(([name, text]) => `${name}: ${text.slice(Math.max(0, text.search(CONTENT) - 200)).slice(0, 300)}`),
  ).toEqual([]);
});
