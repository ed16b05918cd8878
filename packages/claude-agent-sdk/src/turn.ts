/** A turn: an agent with its model calls, tools and sub-agents, from a prompt to its result. */

import type { MessagePart, Span, SpanAttributes, SpanOptions } from '@spanline/core';
import { enterAgent, epochMs, type Props, props, text, usageAttributes } from '@spanline/instrumentation';
import { partsOf, textOfResult, toolResults, toolUses } from './messages.ts';
import { isUsageOf, type ModelUsage } from './usage.ts';

/** Starts a span of this package. */
export type Start = (options: SpanOptions) => Span;

/** A model call. Its answer comes in pieces, with one block each. */
interface Call {
  readonly id: string;
  readonly model: string;
  readonly span: Span;
  readonly parts: MessagePart[];
  endTime: number;
}

/** The main agent, or a sub-agent. */
interface Agent {
  readonly span: Span;
  /** When it got its prompt, or the answers of its tools. */
  askedAt: number;
  call: Call | undefined;
}

/** A tool that has not answered. */
interface Tool {
  readonly span: Span;
  readonly startedAt: number;
  /** The kind of sub-agent that it starts. */
  readonly subagent: string | undefined;
}

const MAIN = 'claude';
/** The kinds of result that are no answer. */
const isFailed = (result: Props): boolean => result['is_error'] === true || result['subtype'] !== 'success';

/** The state of a turn. */
export class Turn {
  readonly #start: Start;
  readonly #main: Agent;
  readonly #tools = new Map<string, Tool>();
  readonly #agents = new Map<string, Agent>();
  /** The last call of each model: the tokens of a turn are counted by model. */
  readonly #last = new Map<string, Call>();

  constructor(start: Start, span: Span) {
    this.#start = start;
    enterAgent(span, MAIN);
    this.#main = { span, askedAt: epochMs(span), call: undefined };
  }

  /** The model of the main agent's last call. */
  get mainModel(): string | undefined {
    return this.#main.call?.model;
  }

  /** An assistant's message: a piece of an answer. */
  answer(message: Props): void {
    const agent = this.#agentOf(message);
    const { id, model, stop_reason: reason } = props(message['message']);
    const call = this.#callOf(agent, text(id) ?? 'unknown', text(model) ?? 'unknown');
    call.endTime = epochMs(call.span);
    call.parts.push(...partsOf(message));
    if (text(reason) !== undefined) call.span.set({ 'gen_ai.response.finish_reasons': [String(reason)] });
    if (text(message['error']) !== undefined) call.span.fail({ name: String(message['error']), message: '' });
    for (const { id: toolId, name, input } of toolUses(message)) {
      if (this.#tools.has(toolId)) continue;
      const attributes = { 'gen_ai.tool.name': name, 'gen_ai.tool.call.id': toolId } as const;
      const startedAt = call.endTime;
      const options = { name: `execute_tool ${name}`, type: 'tool', startTime: startedAt, attributes } as const;
      const span = this.#start({ ...options, parent: agent.span });
      span.input(input);
      this.#tools.set(toolId, { span, startedAt, subagent: text(props(input)['subagent_type']) });
    }
  }

  /** A user's message: answers of tools. */
  toolsAnswered(message: Props): void {
    const agent = this.#agentOf(message);
    for (const { id, content, isError } of toolResults(message)) {
      this.#endAgent(id);
      const span = this.#tools.get(id)?.span;
      this.#tools.delete(id);
      span?.output(content);
      if (isError) span?.fail({ name: 'ToolCallError', message: textOfResult(content) });
      span?.end();
    }
    agent.askedAt = epochMs(agent.span);
  }

  /** Ends the turn with its result. */
  end(result: Props, usages: readonly ModelUsage[]): void {
    try {
      this.#describe(result, usages);
    } finally {
      this.close(undefined);
    }
  }

  #describe(result: Props, usages: readonly ModelUsage[]): void {
    const isNamed = ({ model }: ModelUsage): boolean => this.#last.has(model);
    const counted = new Set<Call>();
    for (const usage of usages.toSorted((a, b) => Number(isNamed(b)) - Number(isNamed(a)))) this.#count(usage, counted);
    const { span, call } = this.#main;
    const { result: answer, structured_output: object, errors, subtype, stop_reason: reason } = result;
    // A message that is streamed does not know yet why its answer ends.
    if (text(reason) !== undefined) call?.span.set({ 'gen_ai.response.finish_reasons': [String(reason)] });
    if ((object ?? answer) !== undefined) span.output(object ?? answer);
    if (isFailed(result)) {
      const reported = Array.isArray(errors) ? errors.join('\n') : text(answer);
      span.fail({
        name: subtype === 'success' ? 'ModelCallError' : (text(subtype) ?? 'Error'),
        message: reported ?? '',
      });
    }
  }

  /** Ends all that is open. */
  close(status: 'aborted' | 'abandoned' | undefined, error?: unknown): void {
    for (const id of this.#agents.keys()) this.#endAgent(id, status);
    this.#leaveCall(this.#main);
    for (const call of this.#last.values()) this.#endCall(call, status);
    for (const { span } of this.#tools.values()) span.end({ status: status ?? 'abandoned' });
    if (error !== undefined) this.#main.span.fail(error);
    this.#main.span.end({ status });
  }

  #agentOf({ parent_tool_use_id: parentId, subagent_type: kind }: Props): Agent {
    const id = text(parentId);
    if (id === undefined) return this.#main;
    const known = this.#agents.get(id);
    if (known !== undefined) return known;
    const tool = this.#tools.get(id);
    const name = text(kind) ?? tool?.subagent ?? 'subagent';
    const askedAt = tool?.startedAt ?? epochMs(this.#main.span);
    const span = this.#start({
      name: `invoke_agent ${name}`,
      type: 'agent',
      parent: tool?.span ?? this.#main.span,
      startTime: askedAt,
      attributes: { 'gen_ai.agent.name': name },
    });
    enterAgent(span, name);
    const agent: Agent = { span, askedAt, call: undefined };
    this.#agents.set(id, agent);
    return agent;
  }

  #endAgent(id: string, status?: 'aborted' | 'abandoned'): void {
    const agent = this.#agents.get(id);
    if (agent === undefined) return;
    this.#agents.delete(id);
    this.#leaveCall(agent);
    agent.span.end({ status });
  }

  #callOf(agent: Agent, id: string, model: string): Call {
    if (agent.call?.id === id) return agent.call;
    this.#leaveCall(agent);
    const span = this.#start({
      name: `chat ${model}`,
      type: 'llm',
      parent: agent.span,
      startTime: agent.askedAt,
      attributes: {
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': model,
        'gen_ai.response.model': model,
        'gen_ai.response.id': id,
      },
    });
    const call: Call = { id, model, span, parts: [], endTime: epochMs(span) };
    agent.call = call;
    const before = this.#last.get(model);
    this.#last.set(model, call);
    if (
      before !== undefined &&
      before !== this.#main.call &&
      ![...this.#agents.values()].some((a) => a.call === before)
    )
      this.#endCall(before);
    return call;
  }

  /** The agent asks again, or is done. Its call stays open if it is the last one of its model. */
  #leaveCall(agent: Agent): void {
    const { call } = agent;
    agent.call = undefined;
    if (call !== undefined && this.#last.get(call.model) !== call) this.#endCall(call);
  }

  #endCall({ span, parts, endTime }: Call, status?: 'aborted' | 'abandoned'): void {
    if (parts.length > 0) span.set({ 'gen_ai.output.messages': [{ role: 'assistant', parts }] });
    span.end({ endTime, status });
  }

  /** Puts the tokens of a model on its last call. A model without a message was asked by the SDK itself. */
  #count(modelUsage: ModelUsage, counted: Set<Call>): void {
    const { model, provider, usage, costUsd } = modelUsage;
    const call =
      this.#last.get(model) ??
      [...this.#last.values()].findLast((each) => !counted.has(each) && isUsageOf(modelUsage, each.model));
    const facts: SpanAttributes = {
      'gen_ai.provider.name': provider,
      'spanline.cost.reported_usd': costUsd,
      ...usageAttributes(usage),
    };
    if (call !== undefined) {
      counted.add(call);
      call.span.set(facts);
      return;
    }
    const attributes = { 'gen_ai.request.model': model, ...facts };
    this.#start({ name: `chat ${model}`, type: 'llm', parent: this.#main.span, attributes }).end();
  }
}
