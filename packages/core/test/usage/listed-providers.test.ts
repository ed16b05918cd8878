import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProvider } from '@pydantic/genai-prices';
import { expect, it } from 'vitest';
import { LISTED_PROVIDERS } from '../../src/usage/listed-providers.ts';

it('names the providers that the package of price lists has', () => {
  const compiled = readFileSync(fileURLToPath(import.meta.resolve('@pydantic/genai-prices')), 'utf8');
  // Its list of providers is not exported. In the file, the fields of a provider are indented by four spaces.
  const inFile = [...compiled.matchAll(/^ {4}id: "([^"]+)"/gm)].map(([, id = '']) => id);
  expect(LISTED_PROVIDERS.toSorted()).toEqual(inFile.toSorted());
  for (const id of LISTED_PROVIDERS) expect(findProvider({ providerId: id })?.id).toBe(id);
});
