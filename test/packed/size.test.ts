import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, packedTarballs, removeFolders, run } from './workspace.ts';

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packedTarballs();
});

afterAll(removeFolders);

const MEGABYTE = 1_000_000;

function megabytesOf(folder: string): number {
  const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return bytes.reduce((sum, size) => sum + size, 0) / MEGABYTE;
}

/** Prints the files that an import loads, as JSON. */
const LOADED = `
import { Session } from 'node:inspector';
const session = new Session();
session.connect();
const urls = [];
session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
session.post('Debugger.enable');
urls.length = 0;
await import(process.argv[2]);
session.disconnect();
console.log(JSON.stringify(urls.filter((url) => url.startsWith('file:'))));
`;

describe.each([
  { names: ['core'], entry: '@spanline/core', megabytes: 9, modules: 40 },
  { names: ['core', 'ship'], entry: '@spanline/ship', megabytes: 12, modules: 180 },
])('$entry, installed from its tarball', ({ names, entry, megabytes, modules }) => {
  let project: string;

  beforeAll(() => {
    project = createProject(tarballs, names, [], { 'loaded.mjs': LOADED });
  });

  it(`takes at most ${megabytes} MB on the disk, with everything that it depends on`, () => {
    expect(megabytesOf(join(project, 'node_modules'))).toBeLessThan(megabytes);
  });

  it(`loads at most ${modules} modules, and neither OpenTelemetry nor protobufjs`, () => {
    const loaded = JSON.parse(run(process.execPath, ['loaded.mjs', entry], project)) as string[];
    expect(loaded.filter((url) => /node_modules\/(?:@opentelemetry|protobufjs)\//.test(url))).toEqual([]);
    expect(loaded.length).toBeGreaterThan(10);
    expect(loaded.length).toBeLessThanOrEqual(modules);
  });
});
