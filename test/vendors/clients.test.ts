import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';
import { USAGE } from '../support/provider.ts';
import { useProvider } from '../support/use-provider.ts';
import { ANTHROPIC_VENDORS, anthropicVendorProgram } from './support/anthropic-vendors.ts';
import { vendorsTogether } from './support/vendors-together.ts';
import { vendorProgram, VENDORS } from './support/vendors.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

async function run(program: string): Promise<{ names: string[]; lines: Record<string, unknown>[] }> {
  const { code, stdout, stderr } = await runChild(program, { env: { BASE: provider.url } });
  expect(code, stderr).toBe(0);
  const printed = jsonLines(stdout);
  const { names } = printed.find((line) => 'names' in line) as { names: string[] };
  return { names, lines: printed.filter((line) => line['event.name'] === 'span.end') };
}

describe.each([
  ['OpenAI', 'chat gpt-4o', VENDORS, vendorProgram] as const,
  ['Anthropic', 'chat claude-3-5-haiku-20241022', ANTHROPIC_VENDORS, anthropicVendorProgram] as const,
])("%s's client", (_client, spanName, vendors, programOf) => {
  it.each(Object.entries(vendors))(
    'beside %s: no span is lost, neither of its own nor of ours',
    async (_name, vendor) => {
      const alone = await run(programOf(vendor, false));
      const together = await run(programOf(vendor, true));
      expect(alone.names).toContain('work');
      expect(new Set(alone.names).size).toBeGreaterThan(1);
      expect(together.names).toEqual(alone.names);
      expect(alone.lines).toEqual([]);
      const told = together.lines.map((line) => [
        line['span.name'],
        line['span.status'],
        line['gen_ai.usage.output_tokens'],
      ]);
      const call = [spanName, 'ok', USAGE.completion_tokens];
      expect(told).toEqual([call, call]);
    },
  );
});

it('beside all of them at once: no span is lost, and ours join the trace of OpenTelemetry', async () => {
  const [alone, together] = await Promise.all(
    [false, true].map(async (isWrapped) => {
      const { code, stdout, stderr } = await runChild(vendorsTogether(isWrapped), { env: { BASE: provider.url } });
      expect(code, stderr).toBe(0);
      const printed = jsonLines(stdout);
      const told = printed.find((line) => 'names' in line) as { names: Record<string, string[]>; trace: string };
      return { ...told, lines: printed.filter((line) => line['event.name'] === 'span.end') };
    }),
  );
  for (const names of Object.values(alone?.names ?? {})) expect(names.length).toBeGreaterThan(0);
  expect(together?.names).toEqual(alone?.names);
  const call = ['chat gpt-4o', 'ok', USAGE.completion_tokens, together?.trace];
  const of = (line: Record<string, unknown>): unknown[] =>
    ['span.name', 'span.status', 'gen_ai.usage.output_tokens', 'trace_id'].map((key) => line[key]);
  expect(together?.lines.map(of)).toEqual([call, call]);
  expect(alone?.lines).toEqual([]);
});
