import { AzureOpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { unwrapAnthropic, wrapAnthropic } from '@spanline/anthropic';
import { SpanlineError } from '@spanline/core';
import { unwrapOpenAI, wrapOpenAI } from '@spanline/openai';
import { VERSIONS as ANTHROPIC_VERSIONS } from '../../packages/anthropic/test/support/versions.ts';
import { VERSIONS } from '../../packages/openai/test/support/versions.ts';

const AZURE = new AzureOpenAI({ apiKey: 'x', endpoint: 'https://azure.example', apiVersion: '2024-10-21' });
const OPENAI = [...Object.values(VERSIONS).map((OpenAI) => new OpenAI({ apiKey: 'x' })), AZURE];
const ANTHROPIC = Object.values(ANTHROPIC_VERSIONS).map((Anthropic) => new Anthropic({ apiKey: 'x' }));

function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a wrapper that is given the client of the other provider', () => {
  it.each(OPENAI)('wrapAnthropic refuses it at start-up and names wrapOpenAI', (client) => {
    const names = Object.getOwnPropertyNames(client);
    const error = thrownBy(() => wrapAnthropic(client as never));
    expect(error).toBeInstanceOf(SpanlineError);
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTION', option: 'client', got: 'an object' });
    expect((error as Error).message).toContain('wrapOpenAI of @spanline/openai');
    expect(Object.getOwnPropertyNames(client)).toEqual(names);
  });

  it.each(ANTHROPIC)('wrapOpenAI refuses it at start-up and names wrapAnthropic', (client) => {
    const names = Object.getOwnPropertyNames(client);
    const error = thrownBy(() => wrapOpenAI(client as never));
    expect(error).toBeInstanceOf(SpanlineError);
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTION', option: 'client', got: 'an object' });
    expect((error as Error).message).toContain('wrapAnthropic of @spanline/anthropic');
    expect(Object.getOwnPropertyNames(client)).toEqual(names);
  });

  it('takes its own', () => {
    for (const client of OPENAI) expect(unwrapOpenAI(wrapOpenAI(client))).toBe(client);
    for (const client of ANTHROPIC) expect(unwrapAnthropic(wrapAnthropic(client))).toBe(client);
  });
});
