import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unreadOptions } from '../../scripts/options/unread.ts';

const PACKAGES = join(import.meta.dirname, '../../packages');

it.each(readdirSync(PACKAGES))('every option of %s is read', (name) => {
  expect(unreadOptions(join(PACKAGES, name, 'src'))).toEqual([]);
});

it('finds options that are only declared, checked or set, in nested types too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-options-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'redact.ts');
  writeFileSync(
    file,
    `export interface RedactOptions { paths?: string[]; custom?: readonly Custom[]; tracer?: Tracer }
    interface Custom { name: string; maxLength?: number; isSet?: boolean }
    interface Tracer { startSpan(): void; enabled: boolean }
    const SHAPE = { paths: 1, custom: 1, name: 1, maxLength: 1 };
    export function redact({ custom = [] }: RedactOptions, options: RedactOptions) {
      for (const rule of custom) { rule.isSet = true; use(rule.name, options['paths']); }
    }`,
  );
  expect(unreadOptions(folder)).toEqual(
    ['RedactOptions.tracer', 'Custom.maxLength', 'Custom.isSet'].map((option) => `${file}: ${option}`),
  );
});
