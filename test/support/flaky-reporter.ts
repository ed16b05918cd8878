/** Names the tests that failed first and passed when they were tried again, so that no race hides behind a retry. */

import type { TestCase } from 'vitest/node';
import type { Reporter } from 'vitest/reporters';

/** Prints one line for each flaky test, and why it failed. `.ci/run` repeats these lines at its end. */
export class FlakyReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    const [error] = test.result().errors ?? [];
    const [reason = 'no error'] = (error?.message ?? 'no error').split('\n');
    process.stdout.write(`FLAKY ${test.module.relativeModuleId} > ${test.fullName}: ${reason}\n`);
  }
}
