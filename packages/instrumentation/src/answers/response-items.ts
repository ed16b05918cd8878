/** Output items of OpenAI's Responses API, put together from the events of a stream. */

import { list, type MessagePart, type Props, props, text, toParts } from '@spanline/record';
import { createEntries, leftOutPart } from './entries.ts';
import { createTextBuffer, type TextBuffer } from './text-buffer.ts';

/** Where the text of a delta goes: a member of the item, an entry of one of its lists, or a member of such an entry. */
interface Target {
  readonly item: string;
  readonly field: string;
  readonly list?: 'content' | 'summary' | 'commands';
  /** Type of the entry. */
  readonly type?: string;
}

const TARGETS: Readonly<Record<string, Target>> = {
  'response.output_text.delta': { item: 'message', list: 'content', type: 'output_text', field: 'text' },
  'response.audio.transcript.delta': { item: 'message', list: 'content', type: 'output_text', field: 'text' },
  'response.refusal.delta': { item: 'message', list: 'content', type: 'refusal', field: 'refusal' },
  'response.reasoning_text.delta': { item: 'reasoning', list: 'content', type: 'reasoning_text', field: 'text' },
  'response.reasoning_summary_text.delta': { item: 'reasoning', list: 'summary', type: 'summary_text', field: 'text' },
  'response.function_call_arguments.delta': { item: 'function_call', field: 'arguments' },
  'response.custom_tool_call_input.delta': { item: 'custom_tool_call', field: 'input' },
  'response.mcp_call_arguments.delta': { item: 'mcp_call', field: 'arguments' },
  'response.code_interpreter_call_code.delta': { item: 'code_interpreter_call', field: 'code' },
  'response.shell_call_command.delta': { item: 'shell_call', list: 'commands', field: 'command' },
};

/** An entry of a list of an item. */
interface StreamedEntry {
  readonly type: string;
  readonly field: string;
  readonly text: TextBuffer;
  readonly annotations: unknown[];
}

/** One item, as far as it has arrived. */
interface StreamedItem {
  item: Props;
  isDone: boolean;
  readonly fields: Map<string, TextBuffer>;
  readonly lists: Map<string, ReturnType<typeof createEntries<StreamedEntry>>>;
}

const MAX_ANNOTATIONS = 1000;

function entryOf({ lists }: StreamedItem, name: string, index: unknown, target: Target): StreamedEntry | undefined {
  const entries = lists.get(name) ?? createEntries<StreamedEntry>();
  lists.set(name, entries);
  const { type = 'output_text', field } = target;
  return entries.at(index, () => ({ type, field, text: createTextBuffer(), annotations: [] }));
}

function addText(streamed: StreamedItem, target: Target, event: Props): void {
  const { list: name, field } = target;
  if (name === undefined) {
    const buffer = streamed.fields.get(field) ?? createTextBuffer();
    streamed.fields.set(field, buffer);
    buffer.add(event['delta']);
  } else {
    const index = event['content_index'] ?? event['summary_index'] ?? event['command_index'];
    entryOf(streamed, name, index, target)?.text.add(event['delta']);
  }
}

/** The item as an answer that is not streamed would have it. */
function wholeItem({ item, isDone, fields, lists }: StreamedItem): Props {
  if (isDone) return item;
  const whole: Props = { ...item };
  for (const [field, buffer] of fields) whole[field] = buffer.toString();
  for (const [name, entries] of lists) {
    if (name === 'commands') {
      const commands = entries.all().map((entry) => entry.text.toString());
      whole['action'] = { ...props(item['action']), commands };
      continue;
    }
    whole[name] = entries
      .all()
      .map(({ type, field, text: buffer, annotations }) => ({ type, [field]: buffer.toString(), annotations }));
  }
  return whole;
}

/** The output of a streamed answer. */
export interface ResponseItems {
  /**
   * Adds an event.
   *
   * @returns true if it has a piece of the answer
   */
  add(event: Props): boolean;
  /** The parts of the answer as far as they have arrived. */
  parts(): MessagePart[];
}

/** Creates an empty output. */
export function createResponseItems(): ResponseItems {
  const items = createEntries<StreamedItem>();

  function itemOf({ output_index: index, item_id: id }: Props, type: string): StreamedItem | undefined {
    return items.at(index, () => ({ item: { type, id }, isDone: false, fields: new Map(), lists: new Map() }));
  }

  return {
    add(event): boolean {
      const type = text(event['type']) ?? '';
      const target = TARGETS[type];
      if (target !== undefined) {
        const streamed = itemOf(event, target.item);
        if (streamed !== undefined) addText(streamed, target, event);
        return true;
      }
      if (type === 'response.output_item.added' || type === 'response.output_item.done') {
        const item = props(event['item']);
        const streamed = itemOf(event, text(item['type']) ?? '');
        if (streamed === undefined) return false;
        streamed.item = item;
        streamed.isDone = type.endsWith('.done');
      } else if (type === 'response.output_text.annotation.added') {
        const streamed = itemOf(event, 'message');
        const target = TARGETS['response.output_text.delta'];
        if (streamed === undefined || target === undefined) return false;
        const annotations = entryOf(streamed, 'content', event['content_index'], target)?.annotations;
        if (annotations !== undefined && annotations.length < MAX_ANNOTATIONS) annotations.push(event['annotation']);
      }
      return type === 'response.audio.delta';
    },
    parts(): MessagePart[] {
      const parts = toParts(items.all().map(wholeItem));
      return items.leftOut === 0 ? parts : [...parts, leftOutPart(items.leftOut, 'items')];
    },
  };
}

/** The parts of an answer that came whole. */
export function responseParts({ output }: Props): MessagePart[] {
  return toParts(list(output));
}
