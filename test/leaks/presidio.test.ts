/**
 * Sentences of presidio-evaluator (MIT), filled with its invented people: personal data as somebody else expects it to be
 * written. The package comes from PyPI, so that this runs under `pnpm test:long` only.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';

const PACKAGE = 'presidio-evaluator==0.3.2';
const DATA = 'presidio_evaluator/data_generator/raw_data';
const PEOPLE = 300;

/** Fields of the sentences that built-in rules are about, and the columns of the people that fill them. */
const FIELDS: Readonly<Record<string, (person: Readonly<Record<string, string>>, index: number) => string>> = {
  email: (person) => person['EmailAddress'] ?? '',
  phone_number: (person) => `+${person['TelephoneCountryCode']} ${person['TelephoneNumber']}`,
  credit_card_number: (_person, index) =>
    luhn(
      `4${String(532_015_112_830_36 + index * 7919)
        .slice(0, 13)
        .padStart(14, '7')}`,
    ),
  iban: (_person, index) => iban(`37040044${String(532_013_000 + index * 104_729).padStart(10, '0')}`),
  ip_address: (_person, index) => `203.0.${index % 256}.${(index * 7) % 254}`,
  ssn: (_person, index) => `${100 + (index % 500)}-${10 + (index % 89)}-${1000 + index}`,
};

function luhn(digits: string): string {
  let sum = 0;
  for (const [index, digit] of [...digits].toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return digits + String((10 - (sum % 10)) % 10);
}

function iban(account: string): string {
  let remainder = 0;
  for (const digit of `${account}131400`) remainder = (remainder * 10 + Number(digit)) % 97;
  return `DE${String(98 - remainder).padStart(2, '0')}${account}`;
}

/** Rows of a CSV file whose fields may be quoted. */
function parseCsv(text: string): Record<string, string>[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/)
    .map((row) =>
      Array.from(row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, bare]) => quoted ?? bare ?? ''),
    );
  const [names = [], ...people] = rows;
  return people.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}

describe.runIf(process.env['SPANLINE_LONG'] === '1')('sentences of presidio-evaluator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'presidio-'));
  let templates: string[];
  let people: Record<string, string>[];

  beforeAll(() => {
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, PACKAGE]);
    templates = readFileSync(join(folder, DATA, 'templates.txt'), 'utf8')
      .trim()
      .split('\n');
    people = parseCsv(readFileSync(join(folder, DATA, 'FakeNameGenerator.com_3000.csv'), 'utf8')).slice(0, PEOPLE);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function written(input: string): string {
    const log = memoryLog();
    createTracer({ logger: log.logger, statsIntervalSeconds: 0 }).startSpan({ name: 'step', input }).end();
    return JSON.parse(log.records()[0]?.['spanline.input'] ?? '""') as string;
  }

  it('lose what the rules are about', () => {
    const found = new Map<string, { gone: number; all: number }>();
    const missed: string[] = [];
    for (const [index, person] of people.entries()) {
      for (const [field, value] of Object.entries(FIELDS)) {
        const some = templates.filter((template) => template.includes(`{{${field}}}`));
        const template = some[index % some.length];
        if (template === undefined) continue;
        const secret = value(person, index);
        const text = template.replaceAll(`{{${field}}}`, secret).replaceAll(/\{\{\w+\}\}/g, 'x');
        const score = found.get(field) ?? { gone: 0, all: 0 };
        found.set(field, score);
        score.all++;
        const after = written(text);
        if (after.includes(secret)) missed.push(`${field}: ${after}`);
        else score.gone++;
      }
    }
    expect(found.size).toBeGreaterThan(3);
    for (const [field, { gone, all }] of found) {
      expect(gone / all, `${field}\n${missed.slice(0, 10).join('\n')}`).toBeGreaterThanOrEqual(0.99);
    }
  });

  it('stay as they are where nothing is filled in', () => {
    const plain = templates.map((template) => template.replaceAll(/\{\{\w+\}\}/g, 'somebody'));
    expect(plain.filter((text) => written(text) !== text)).toEqual([]);
  });
});
