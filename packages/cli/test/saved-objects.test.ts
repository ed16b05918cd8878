import { expect, it } from 'vitest';
import { cli } from './support/cli.ts';
import { type SavedObject, startDashboards } from './support/saved-objects.ts';

const OTHER: SavedObject = { type: 'dashboard', id: 'by-hand', attributes: { title: 'By hand' }, references: [] };

it('keeps the saved objects of a set, mends them, removes leftovers, and leaves others alone', async () => {
  const { objects, url } = await startDashboards([['dashboard/by-hand', OTHER]]);
  const apply = (...more: string[]) => cli(['dashboards', 'apply', 'opensearch', '--url', url, ...more]);
  const first = await apply('--yes');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain(`${url}/app/dashboards#/view/spanline-spanline-dashboard`);
  const made = objects.size - 1;
  expect(made).toBe(24);
  const again = await apply();
  expect(again.stdout.trim().split('\n')).toHaveLength(made);
  expect(again.stdout).not.toMatch(/^[+~-]/m);
  const panel = objects.get('visualization/spanline-spanline-cache') as SavedObject;
  objects.set('visualization/spanline-spanline-cache', {
    ...panel,
    attributes: { title: 'x', description: '[spanline:spanline/spanline-spanline-cache]' },
  });
  objects.set('visualization/spanline-spanline-old', {
    type: 'visualization',
    id: 'spanline-spanline-old',
    attributes: { title: 'Old', description: '[spanline:spanline/spanline-spanline-old]' },
  });
  const mended = await apply('--yes');
  expect(
    mended.stdout
      .split('\n')
      .filter((line) => /^[+~-]/.test(line))
      .map((line) => line.trimEnd()),
  ).toEqual(['~ replace Input tokens from a cache', '- remove Old']);
  expect(objects.size).toBe(made + 1);
  expect(objects.get('dashboard/by-hand')).toBe(OTHER);
});
