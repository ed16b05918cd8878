import { datadogSetup, elasticsearchSetup } from '@spanline/ship';
import { type CommandIo, EXIT } from '../command.ts';
import { elasticOptions, parseSetupOptions } from './options.ts';

/** Prints the requests of `spanline ship setup`, without their bodies. It sends nothing. @returns the exit code */
export function listSetup(args: readonly string[], { stdout }: CommandIo): number {
  const given = parseSetupOptions(args);
  const requests =
    given.target === 'datadog'
      ? [datadogSetup().pipeline]
      : elasticsearchSetup(elasticOptions(given.target === 'opensearch' ? 'opensearch' : 'elasticsearch', given));
  for (const { method, path } of requests) stdout.write(`${method} ${path}\n`);
  return EXIT.ok;
}
