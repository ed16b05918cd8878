import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';
import { startProvider, USAGE } from '../support/provider.ts';
import { type Vendor, vendorProgram, VENDORS } from '../support/vendors.ts';

let provider: LLMock;

beforeAll(async () => {
  provider = await startProvider();
});

afterAll(() => provider.stop());

async function run(vendor: Vendor, isWrapped: boolean): Promise<{ names: string[]; lines: Record<string, unknown>[] }> {
  const { code, stdout, stderr } = await runChild(vendorProgram(vendor, isWrapped), { env: { BASE: provider.url } });
  expect(code, stderr).toBe(0);
  const printed = jsonLines(stdout);
  const { names } = printed.find((line) => 'names' in line) as { names: string[] };
  return { names, lines: printed.filter((line) => line['event.name'] === 'span.end') };
}

describe.each(Object.entries(VENDORS))('beside %s', (_name, vendor) => {
  it('no span is lost, neither of its own nor of ours', { timeout: 60_000 }, async () => {
    const alone = await run(vendor, false);
    const together = await run(vendor, true);
    expect(alone.names).toContain('work');
    expect(together.names).toEqual(alone.names);
    expect(alone.lines).toEqual([]);
    const told = together.lines.map((line) => [
      line['span.name'],
      line['span.status'],
      line['gen_ai.usage.output_tokens'],
    ]);
    const call = ['chat gpt-4o', 'ok', USAGE.completion_tokens];
    expect(told).toEqual([call, call]);
  });
});
