/** Reads JSON and complains about a key that stands twice in one object, which `JSON.parse` does not see. */
export function strictParse(text: string): Record<string, unknown> {
  let at = 0;

  function fail(what: string): never {
    throw new SyntaxError(`${what} at ${at} in ${text}`);
  }

  function skip(): void {
    while (/\s/.test(text[at] ?? '')) at++;
  }

  function string(): string {
    const start = at;
    for (at++; text[at] !== '"'; at++) {
      if (at >= text.length) fail('unterminated string');
      if (text[at] === '\\') at++;
    }
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  }

  function value(): unknown {
    skip();
    if (text[at] === '{') return object();
    if (text[at] === '[') return array();
    if (text[at] === '"') return string();
    const [token] = /^[\w.+-]+/.exec(text.slice(at)) ?? fail('no value');
    at += token.length;
    return JSON.parse(token) as unknown;
  }

  function object(): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    at++;
    skip();
    while (text[at] !== '}') {
      skip();
      const key = string();
      if (key in result) fail(`duplicate key ${key}`);
      skip();
      if (text[at++] !== ':') fail('no colon');
      result[key] = value();
      skip();
      if (text[at] === ',') at++;
      else if (text[at] !== '}') fail('no comma');
    }
    at++;
    return result;
  }

  function array(): unknown[] {
    const result: unknown[] = [];
    at++;
    skip();
    while (text[at] !== ']') {
      result.push(value());
      skip();
      if (text[at] === ',') at++;
      skip();
    }
    at++;
    return result;
  }

  const result = value();
  skip();
  if (at !== text.length) fail('trailing text');
  return result as Record<string, unknown>;
}
