/** Runs a case again call by call: each recorded model call is asked anew, with its recorded searches and tools. */
import { type Span, type Tracer, withContext } from '@spanline/core';
import { normalizeUsage, usageAttributes } from '@spanline/core/internal';
import { type Feedback, scoreTrace } from '@spanline/evals';
import { text } from '@spanline/record';
import { cell } from '../report/index.ts';
import type { Budget } from './budget.ts';
import type { Case, Step } from './cases.ts';
import { callTrace } from './evidence.ts';
import type { RunLines } from './line-router.ts';
import { type Attempt, type ModelClient, ModelError, mostTokens, readAnswer } from './model/client.ts';
import { mostUsdOf } from './prices.ts';

/** How cases are run. */
export interface Running {
  readonly tracer: Tracer;
  readonly budget: Budget;
  readonly judges: readonly Feedback[];
  readonly stop: AbortSignal;
  /** An evaluator failed. */
  onJudgeFailure(name: string, error: unknown): void;
}

/** A case that cannot be finished now. */
export class Unfinished extends Error {
  /** Continues the message with what is true of this case alone. */
  readonly detail: string;

  constructor(message: string, detail = '') {
    super(message);
    this.detail = detail;
  }
}

/** Writes the line of a call. */
function writeCall(step: Step, { api, url }: ModelClient, tracer: Tracer, { startMs, endMs, answer }: Attempt): void {
  const { call, body, recorded } = step;
  const { temperature, topP, maxTokens, seed, stop } = call.parameters;
  const model = text(body['model']) ?? call.model;
  const span = tracer.startSpan({
    name: `chat ${model}`,
    type: 'llm',
    startTime: startMs,
    input: call.messages,
    labels: { step: recorded.spanId },
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': api,
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': temperature,
      'gen_ai.request.top_p': topP,
      'gen_ai.request.max_tokens': maxTokens ?? mostTokens(body),
      'gen_ai.request.seed': seed,
      'gen_ai.request.stop_sequences': stop === undefined ? undefined : [...stop],
      'gen_ai.tool.definitions': call.tools.length === 0 ? undefined : [...call.tools],
      'server.address': url.hostname,
      'server.port': url.port === '' ? undefined : Number(url.port),
    },
  });
  if (answer instanceof ModelError) span.fail(answer);
  else {
    const read = readAnswer(api, answer);
    const usage = normalizeUsage(answer, { provider: api, model: read.model ?? model });
    if (usage !== undefined) span.set(usageAttributes(usage));
    span.set({
      'gen_ai.response.model': read.model,
      'gen_ai.response.id': read.id,
      'gen_ai.response.finish_reasons': read.finishReasons,
    });
    span.output(read.output);
  }
  span.end({ endTime: endMs });
}

async function ask(step: Step, client: ModelClient, { tracer, stop }: Running): Promise<void> {
  const { body, reference } = step;
  const attempt = await client.ask(body, stop);
  const write = (): void => writeCall(step, client, tracer, attempt);
  if (reference === undefined) write();
  else withContext({ prompt: reference }, write);
}

/** US dollars that the calls of a run have cost so far; `undefined` if that is not known. */
function spentBy(lines: RunLines): number | undefined {
  let sum = 0;
  for (const record of lines.records) {
    if (record['span.type'] !== 'llm' || record['labels.step'] === undefined) continue;
    const usd = record['spanline.cost.usd'];
    if (usd === undefined && record['span.status'] === 'ok') return undefined;
    sum += usd ?? 0;
  }
  return sum;
}

async function scoreSides({ steps, recording }: Case, lines: RunLines, running: Running): Promise<void> {
  const { judges: feedback, tracer, onJudgeFailure } = running;
  if (feedback.length === 0) return;
  for (const { recorded } of steps) {
    const line = lines.records.find((record) => record['labels.step'] === recorded.spanId);
    const sides = [line, recorded.record].filter((side) => side?.['span.status'] === 'ok');
    for (const side of sides) {
      const trace = side === undefined ? [] : callTrace(side, recorded, recording);
      const { failures } = await scoreTrace(trace, { feedback, tracer });
      for (const { name, error } of failures) onJudgeFailure(name, error);
    }
  }
}

/**
 * Runs the calls of a case in the span of its run, and scores both sides.
 *
 * @throws Unfinished if the budget does not have what the case can cost; ModelError if the server cannot be asked
 */
export async function runSteps(
  one: Case,
  client: ModelClient,
  span: Span,
  lines: RunLines,
  running: Running,
): Promise<void> {
  const { tracer, budget } = running;
  const most = one.steps.reduce((sum, step) => sum + (mostUsdOf(tracer, client, step) ?? 0), 0);
  if (!(await budget.reserve(most))) {
    const detail = ` as the next trace can cost (at most ${cell.cost(most)}); a larger --max-usd goes on`;
    throw new Unfinished('the budget has not as much left', detail);
  }
  try {
    await tracer.run(span, async () => {
      for (const step of one.steps) await ask(step, client, running);
    });
  } finally {
    budget.settle(most, spentBy(lines) ?? most);
  }
  const last = lines.records.findLast((record) => record['labels.step'] !== undefined);
  const output = last?.['gen_ai.output.messages'];
  if (output !== undefined) span.output(JSON.parse(output) as object[]);
  await scoreSides(one, lines, running);
}
