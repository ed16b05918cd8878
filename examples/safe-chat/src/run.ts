import { createLogger, createTracer } from '@spanline/core';
import { createEvals, feedback, field, groundedness } from '@spanline/evals';
import { CATALOG, createMonitor, DEFAULT_RULES } from '@spanline/monitor';
import { createChat } from './chat.ts';
import { startProvider } from './provider.ts';

const QUESTIONS = ['How long is the notice period?', 'Whom do I ask about my lease?', 'What is the cancellation fee?'];
const EXPECTED = ['Low Faithfulness', 'Prompt Injection', 'Safety Triggers'];

/** The answers of a run, and the names of its alerts. */
export interface Run {
  readonly answers: readonly string[];
  readonly alerts: readonly string[];
}

/** Asks three questions, and waits for the alerts about their answers. The lines go to a file. */
export async function run(file: string): Promise<Run> {
  const provider = await startProvider();
  const tracer = createTracer({ service: { name: 'safe-chat' }, logger: createLogger({}, file), capture: 'redacted' });
  const alerts = new Set<string>();
  let done: () => void = () => undefined;
  const allAlerts = new Promise<void>((resolve) => (done = resolve));
  // Three questions are few.
  const defaults = DEFAULT_RULES.map((rule) => ({ ...rule, minSamples: 3 }));
  const rules = [...defaults, CATALOG.promptInjection, CATALOG.safetyTriggers(0)];
  const monitor = createMonitor({
    tracer,
    evaluateEverySeconds: 1,
    // All spans end in this process, in their order: no line comes late.
    evaluationDelaySeconds: 0,
    rules: rules.map((rule) => ({ ...rule, notifyChannel: 'console' })),
    channels: {
      console(events) {
        for (const { name } of events) alerts.add(name);
        if (EXPECTED.every((name) => alerts.has(name))) done();
        return Promise.resolve();
      },
    },
  });
  const faithfulness = feedback({
    name: 'faithfulness',
    on: { answer: field.answer, documents: field.documents },
    fn: groundedness(),
  });
  const evals = createEvals({ tracer, feedback: [faithfulness] });
  const chat = createChat(tracer, `${provider.url}/v1`);
  const answers: string[] = [];
  for (const question of QUESTIONS) answers.push(await chat.ask(question));
  await evals.close();
  await allAlerts;
  await monitor.close();
  await tracer.shutdown();
  await provider.stop();
  return { answers, alerts: [...alerts].toSorted() };
}
