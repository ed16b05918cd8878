/** The place of the error handler in a source with an Express application. */

import type { Expression, Made, Statement } from './parse-source.ts';

const METHODS: ReadonlySet<string> = new Set('use get post put patch delete all route options head param'.split(' '));

interface Registration {
  readonly statement: Statement;
  /** Calls of the statement, one behind the other. */
  readonly calls: number;
  readonly isErrorHandler: boolean;
}

type Call = Extract<Expression, { type: 'CallExpression' }>;

const isCall = (expression: unknown): expression is Call =>
  (expression as { type?: string } | undefined)?.type === 'CallExpression';

/** The calls of a chain, the last one first: `app.get(…).post(…)`. `undefined` if it does not begin at the variable. */
function chainOf(expression: unknown, name: string): Call[] | undefined {
  const calls: Call[] = [];
  for (let at = expression; isCall(at);) {
    calls.push(at);
    const { callee } = at;
    if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
    if (!METHODS.has(callee.property.name)) return undefined;
    if (callee.object.type === 'Identifier') return callee.object.name === name ? calls : undefined;
    at = callee.object;
  }
  return undefined;
}

/** `routes(app)`: a function that registers routes. */
function isHandedOver(expression: unknown, name: string): boolean {
  if (!isCall(expression) || expression.callee.type !== 'Identifier') return false;
  return expression.arguments.some((argument) => argument.type === 'Identifier' && argument.name === name);
}

function takesErrors({ arguments: given }: Call): boolean {
  return given.some(
    (argument) =>
      ((argument.type === 'ArrowFunctionExpression' || argument.type === 'FunctionExpression') &&
        argument.params.length === 4) ||
      (argument.type === 'Identifier' && /err/i.test(argument.name)),
  );
}

function registrationOf(statement: Statement, name: string): Registration | undefined {
  if (statement.type !== 'ExpressionStatement') return undefined;
  const expression =
    statement.expression.type === 'AwaitExpression' ? statement.expression.argument : statement.expression;
  const calls = chainOf(expression, name);
  if (calls !== undefined) return { statement, calls: calls.length, isErrorHandler: calls.some(takesErrors) };
  return isHandedOver(expression, name) ? { statement, calls: 1, isErrorHandler: false } : undefined;
}

/**
 * The statement that the error handler of Spanline goes behind: the last route, before the application's own error
 * handler. `undefined` if the routes are registered elsewhere.
 */
export function lastRoute({ name, statement, block }: Made): Statement | undefined {
  const found = block.slice(block.indexOf(statement) + 1).flatMap((one) => registrationOf(one, name) ?? []);
  const own = found.findIndex(({ isErrorHandler }) => isErrorHandler);
  if (own === -1) return found.at(-1)?.statement;
  // Routes stand before the error handler in its own statement.
  if (found[own]?.calls !== 1) return undefined;
  return own === 0 ? statement : found[own - 1]?.statement;
}
