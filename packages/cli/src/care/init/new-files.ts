/** The texts of the files that `spanline init` writes. */

import type { Framework } from '../app/frameworks.ts';
import type { Layout } from './layout.ts';

type Style = Pick<Layout, 'isModule' | 'isTypeScript'>;

/** The logger of an application. */
export type OwnLogger =
  /** A module exports it. */
  | { readonly kind: 'exported'; readonly name: string; readonly from: string; readonly isDefault: boolean }
  /** A file hands it over. */
  | { readonly kind: 'local' };

const CLIENTS: ReadonlySet<string> = new Set(['OpenAI', 'Anthropic', 'LangChain', 'LlamaIndex']);

/** The line that loads exports of a module, or runs it. */
export function loadLine(isModule: boolean, from: string, names = ''): string {
  if (names === '') return isModule ? `import '${from}';` : `require('${from}');`;
  return isModule ? `import { ${names} } from '${from}';` : `const { ${names} } = require('${from}');`;
}

function loadLogger(isModule: boolean, { name, from, isDefault }: Extract<OwnLogger, { kind: 'exported' }>): string {
  if (!isDefault) return loadLine(isModule, from, name);
  return isModule ? `import ${name} from '${from}';` : `const ${name} = require('${from}');`;
}

/** Name of the function that takes the logger of an application. */
export const START = 'startTracing';

/** The module that creates the tracer and the monitor, and traces clients and frameworks. */
export function tracerModule(
  { isModule, isTypeScript }: Style,
  frameworks: readonly Framework[],
  logger: OwnLogger | undefined,
  rulesFrom: string,
): string {
  const clients = frameworks.filter(({ name }) => CLIENTS.has(name));
  const isTyped = logger?.kind === 'local' && isTypeScript;
  const lines = [
    '// Traces of this application: one line of the log for each step. Import this file first.',
    ...(isTyped ? ["import type { Logger } from 'pino';"] : []),
    loadLine(isModule, '@spanline/core', 'createTracer'),
    loadLine(isModule, '@spanline/monitor', 'createMonitor'),
    ...clients.map(({ by }) => loadLine(isModule, `${by}/register`)),
    loadLine(isModule, rulesFrom, 'rules'),
    ...(logger?.kind === 'exported' ? [loadLogger(isModule, logger)] : []),
    '',
  ];
  if (logger?.kind === 'local') {
    const exported = isModule ? 'export ' : '';
    lines.push(
      `${exported}function ${START}(logger${isTyped ? ': Logger' : ''})${isTyped ? ': void' : ''} {`,
      '  createMonitor({ tracer: createTracer({ logger }), rules });',
      '}',
      ...(isModule ? [] : ['', `module.exports = { ${START} };`]),
    );
  } else {
    const given = logger === undefined ? '' : logger.name === 'logger' ? '{ logger }' : `{ logger: ${logger.name} }`;
    lines.push(
      `${isModule ? 'export ' : ''}const tracer = createTracer(${given});`,
      'createMonitor({ tracer, rules });',
      ...(isModule ? [] : ['', 'module.exports = { tracer };']),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The module with the rules of alerts. */
export function rulesModule({ isModule, isTypeScript }: Style): string {
  const type = isModule && isTypeScript ? ': AlertRuleInput[]' : '';
  return `// Rules of alerts: what must hold. An alert is a line of the log, event.name "alert". To send it, give createMonitor a
// channel, such as channels: { slack: slack({ url: { env: 'SLACK_WEBHOOK_URL' } }) }, and name it in notifyChannel.
${type === '' ? '' : "import type { AlertRuleInput } from '@spanline/monitor';\n\n"}${isModule ? 'export const' : 'const'} rules${type} = [
  { name: 'Slow Requests', expect: 'p95 < 10s', notifyChannel: 'log' },
  { name: 'Failed Requests', expect: 'error_rate < 2%', severity: 'critical', notifyChannel: 'log' },
  { name: 'Expensive Requests', expect: 'cost/request < 0.1', notifyChannel: 'log' },
];
${isModule ? '' : '\nmodule.exports = { rules };\n'}`;
}
