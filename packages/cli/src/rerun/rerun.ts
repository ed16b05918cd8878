import { setDefaultTracer } from '@spanline/core';
/** `spanline rerun`: recorded traces with another model or prompt, and both sides compared. */
import { allOf, parseFilter } from '@spanline/query';
import { policyOf } from '../care/export/capture.ts';
import { type CommandIo, messageOf } from '../command.ts';
import { isConfirmed } from '../confirm.ts';
import { fail } from '../fail.ts';
import type { Report } from '../report/index.ts';
import { defineQuestion } from '../source/index.ts';
import { createBudget } from './budget.ts';
import { type Case, type Skipped, toCase } from './cases.ts';
import { judgeEstimate } from './judge-costs.ts';
import { RULE_NAMES } from './judges.ts';
import { createLineRouter } from './line-router.ts';
import { type RerunOptions, RERUN_FLAGS, readOptions } from './options.ts';
import { pickTraces, type Sample } from './pick-traces.ts';
import { type Estimate, estimateOf, recordedEstimate } from './prices.ts';
import { estimateText, reasonBlock } from './rerun-blocks.ts';
import { type Rerun, rerunReport } from './rerun-report.ts';
import { openResults } from './results-file.ts';
import { runCases } from './run-cases.ts';
import { guardFetch, inputLack, runProgram } from './run-program.ts';
import { type Running, runSteps } from './run-steps.ts';

const HELP = `spanline rerun [source] [filter] --model m --prompt file.md --sample n

Takes a sample of the traces of a log, makes their model calls again with another model or prompt, and compares the
answers with the recorded ones: searches and tools are the recorded ones, the same evaluators score both sides, and each
difference has its interval. The cost is estimated and confirmed first. Results are lines, in a file: the same command
goes on where it was interrupted. Traces whose lines lack content are left out and counted.

  --where f          traces in which a span passes a filter, as -f
  --sample n         most traces (50); --seed text draws others
  --model name       model of the new calls (the recorded one)
  --prompt file.md   prompt of the new calls: a file of @spanline/prompts. A text without variables is the system message
  --set name=value   field of the request: temperature=0, reasoning_effort=low; an empty value leaves it out
  --step name        model calls with this name of a span alone (all; of a prompt with a name, its calls)
  --with file#name   a program that makes the calls: it gets the recorded input, tools and searches (program, default)
  --judge names      ${RULE_NAMES.slice(0, 4).join(', ')}, …, or a module
                     that exports feedback functions of @spanline/evals (groundedness,refusal)
  --api name         openai (chat completions) or anthropic (messages); by the name of the model
  --base-url url     server (OPENAI_BASE_URL, ANTHROPIC_BASE_URL). The key is OPENAI_API_KEY or ANTHROPIC_API_KEY
  --price in,out     US dollars per million tokens of a model without a known price
  --max-usd n        most US dollars of this run: no call is sent that could exceed it
  --max-tokens n     most tokens of an answer, where the line has no limit (4096)
  --concurrency n    traces at once (4)
  --retries n        further attempts after 429, 5xx and failures of the network (5)
  --redacted         also traces in which personal data was replaced: the model gets [EMAIL_1]
  --capture mode     content of the results: redacted (default), full, metadata
  --out file         file of the results (rerun-<hash of the change>.ndjson)
  --examples n       traces that are shown as better and worse (3)
  --yes              send without asking; --dry-run estimates alone
`;

const isSkipped = (one: Case | Skipped): one is Skipped => 'reason' in one;

function split(read: readonly (Case | Skipped)[]): { cases: Case[]; skipped: Map<string, number> } {
  const skipped = new Map<string, number>();
  const cases: Case[] = [];
  for (const one of read) {
    if (isSkipped(one)) skipped.set(one.reason, (skipped.get(one.reason) ?? 0) + 1);
    else cases.push(one);
  }
  return { cases, skipped };
}

function readCases({ traces }: Sample, { change, client, maxTokens }: RerunOptions, withRedacted: boolean) {
  const asking = client && { api: client.api, host: client.url.host, maxTokens, withRedacted };
  return split(
    traces.map((trace): Case | Skipped => {
      const lack = client === undefined ? inputLack(trace.lines) : undefined;
      return lack === undefined
        ? toCase(trace, change, asking, withRedacted)
        : { traceId: trace.traceId, reason: lack };
    }),
  );
}

/** Shows what will be sent. @returns false for a no */
async function mayRun(
  estimate: Estimate,
  text: string,
  { options, io }: Rerun,
  flags: { yes?: boolean },
): Promise<boolean> {
  io.stderr.write(text);
  if (options.budgetUsd !== undefined && estimate.unpriced.length > 0)
    return fail('--price', `given beside --max-usd: no price is known of ${estimate.unpriced.join(', ')}`);
  if (flags.yes === true) return true;
  if (io.stdin.isTTY !== true) return fail('--yes', 'given: there is no terminal to ask at');
  return isConfirmed(io, () => io.stderr.write('Send? [y/N] '));
}

function showProgress({ stderr }: CommandIo, all: number): (finished: number) => void {
  return (finished) => {
    if (stderr.isTTY === true) stderr.write(`\r${finished} of ${all} traces${finished === all ? '\n' : ''}`);
  };
}

/** Runs the cases that the file does not have. */
async function runAll(rerun: Rerun, router: ReturnType<typeof createLineRouter>, capture: string) {
  const { options, cases, results, io } = rerun;
  const { client, program, budgetUsd, judges, change, maxTokens } = options;
  const judgeFailures = new Map<string, number>();
  const running: Running = {
    tracer: router.tracer,
    budget: createBudget(budgetUsd),
    judges,
    stop: io.stop,
    onJudgeFailure(name, error) {
      const reason = `${name}: ${messageOf(error)}`;
      judgeFailures.set(reason, (judgeFailures.get(reason) ?? 0) + 1);
    },
  };
  const guard = program === undefined ? undefined : guardFetch({ running, maxTokens });
  setDefaultTracer(router.tracer);
  try {
    const end = await runCases(cases, {
      router,
      results,
      concurrency: options.concurrency,
      experiment: options.experiment,
      change: options.changeHash,
      stop: io.stop,
      policy: await policyOf(capture),
      onProgress: showProgress(io, cases.length),
      async run(one, span, lines) {
        if (client !== undefined) await runSteps(one, client, span, lines, running);
        else if (program !== undefined && guard !== undefined)
          await runProgram(one, span, lines, { program, change, guard, running });
      },
    });
    return { end, judgeFailures, spentUsd: running.budget.spentUsd };
  } finally {
    guard?.undo();
    setDefaultTracer(undefined);
    await router.tracer.shutdown();
  }
}

/** Runs `spanline rerun`. */
export const rerun = defineQuestion({
  name: 'rerun',
  help: HELP,
  flags: RERUN_FLAGS,
  async answer({ query, sources, filter: given, flags, read, io }): Promise<Report> {
    if (sources.includes('-')) return fail('source', 'a file, a folder or a cluster: a rerun reads its lines twice');
    const { capture = 'redacted' } = flags;
    await policyOf(capture);
    const filter = allOf(given, ...(flags.where ?? []).map((text) => parseFilter(text)));
    const options = await readOptions(flags, io.env);
    const results = openResults(options.out, options.changeHash);
    const sample = await pickTraces(query, filter, { count: options.sample, seed: options.seed }, read);
    const { cases: all, skipped } = readCases(sample, options, flags.redacted === true);
    const cases = all.filter(({ traceId }) => !results.done.has(traceId));
    const rerun: Rerun = { options, sample, cases, skipped, results, io };
    const router = createLineRouter(options.prices);
    if (cases.length === 0) return rerunReport(rerun);
    const { client } = options;
    const estimate =
      client === undefined
        ? recordedEstimate(cases, options.change.model, router.tracer)
        : estimateOf(cases, router.tracer, client);
    const judges = judgeEstimate(cases, options.judges);
    const text = estimateText(estimate, { judges, server: client?.url.origin ?? 'the model of the program' });
    if (flags['dry-run'] === true) {
      return {
        blocks: [{ kind: 'text', text: text.trim() }, ...reasonBlock('Left out', skipped)],
        data: { ...estimate, judges, skipped: Object.fromEntries(skipped) },
      };
    }
    if (!(await mayRun(estimate, text, rerun, flags))) {
      io.stop.throwIfAborted();
      return { blocks: [{ kind: 'text', text: 'Nothing was sent.' }], data: estimate, isOk: false };
    }
    const ended = await runAll(rerun, router, capture);
    if (io.stop.aborted) {
      io.stderr.write(
        `${ended.end.finished} of ${cases.length} traces are in ${options.out}; the same command goes on\n`,
      );
      io.stop.throwIfAborted();
    }
    return rerunReport(rerun, ended);
  },
});
