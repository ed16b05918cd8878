/** The items of a streamed response that the reader has, so that a stopped one ends as the client expects. */
import { list, props, text } from '@spanline/record';
import { idText } from './fields.ts';

type Event = Record<string, unknown>;

/** Names of the events of a part, by its type. */
const EVENTS: Readonly<Record<string, { readonly name: string; readonly part: string; readonly list: string }>> = {
  output_text: { name: 'response.output_text', part: 'response.content_part', list: 'content' },
  refusal: { name: 'response.refusal', part: 'response.content_part', list: 'content' },
  reasoning_text: { name: 'response.reasoning_text', part: 'response.content_part', list: 'content' },
  summary_text: {
    name: 'response.reasoning_summary_text',
    part: 'response.reasoning_summary_part',
    list: 'summary',
  },
};
const OWN_PART = { type: 'output_text', text: '', annotations: [] };

interface Part {
  readonly place: Event;
  readonly part: Event;
  text: string;
  isTextDone: boolean;
  isDone: boolean;
}

interface Item {
  item: Event;
  readonly parts: Part[];
  isDone: boolean;
}

const keyOf = (part: Event): string => (part['type'] === 'refusal' ? 'refusal' : 'text');

const placeOf = ({ content_index, summary_index }: Event): unknown => content_index ?? summary_index;
const eventsOf = (part: Event) => EVENTS[idText(part['type'])];
const listOf = (part: Event): string => eventsOf(part)?.list ?? 'content';
const isOpenText = ({ part, isTextDone, isDone }: Part): boolean =>
  part['type'] === 'output_text' && !isTextDone && !isDone;

const deltaOf = ({ place }: Part, delta: string): Event => ({
  type: 'response.output_text.delta',
  ...place,
  delta,
  logprobs: [],
});

const partOf = ({ part, text: shown }: Part): Event => ({ ...part, [keyOf(part)]: shown });

/** Follows what leaves of one answer. */
export class ResponseItems {
  readonly #items = new Map<number, Item>();
  #sequence = 0;

  /** An event has left. */
  sent(event: Event): void {
    const { type, output_index: index, sequence_number: sequence } = event;
    this.#sequence = Math.max(this.#sequence, Number(sequence ?? 0));
    if (typeof index !== 'number') return;
    if (type === 'response.output_item.added') {
      this.#items.set(index, { item: props(event['item']), parts: [], isDone: false });
    } else if (type === 'response.output_item.done') {
      this.#items.set(index, { item: props(event['item']), parts: [], isDone: true });
    } else this.#addTo(this.#items.get(index), event);
  }

  /** Shows a text: in the text that goes on, or in a message of its own. */
  show(replacement: string): Event[] {
    const entry = [...this.#items].find(([, { isDone, parts }]) => !isDone && parts.some(isOpenText));
    const open = entry?.[1].parts.find(isOpenText);
    if (open !== undefined) return this.#tell([deltaOf(open, replacement)]);
    const index = Math.max(-1, ...this.#items.keys()) + 1;
    const item = { id: 'msg_guard', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    const place = { item_id: item.id, output_index: index, content_index: 0 };
    const part: Part = { place, part: OWN_PART, text: '', isTextDone: false, isDone: false };
    return this.#tell([
      { type: 'response.output_item.added', output_index: index, item },
      { type: 'response.content_part.added', ...place, part: OWN_PART },
      deltaOf(part, replacement),
    ]);
  }

  /** Ends all that is open. */
  close(): Event[] {
    return [...this.#items].flatMap(([index, entry]) => {
      if (entry.isDone) return [];
      const ends = entry.parts.flatMap(endsOf);
      return this.#tell([...ends, { type: 'response.output_item.done', output_index: index, item: finished(entry) }]);
    });
  }

  /** The items, in their order. */
  output(): Event[] {
    return [...this.#items].sort(([a], [b]) => a - b).map(([, { item }]) => item);
  }

  #tell(events: readonly Event[]): Event[] {
    const numbered = events.map((event) => ({ ...event, sequence_number: ++this.#sequence }));
    for (const event of numbered) this.sent(event);
    return numbered;
  }

  #addTo(item: Item | undefined, event: Event): void {
    if (item === undefined) return;
    const { type, item_id, output_index, content_index, summary_index, part } = event;
    const at = content_index ?? summary_index;
    const list = content_index === undefined ? 'summary' : 'content';
    const known = item.parts.find(({ place, part: own }) => listOf(own) === list && placeOf(place) === at);
    const name = idText(type);
    if (name.endsWith('_part.added')) {
      const index = content_index === undefined ? { summary_index } : { content_index };
      const place = { item_id, output_index, ...index };
      const own = props(part);
      item.parts.push({ place, part: own, text: text(own[keyOf(own)]) ?? '', isTextDone: false, isDone: false });
    } else if (known === undefined) return;
    else if (name.endsWith('_part.done')) known.isDone = true;
    else if (name.endsWith('.delta')) known.text += idText(event['delta']);
    else if (name.endsWith('.done')) known.isTextDone = true;
  }
}

function endsOf(each: Part): Event[] {
  const events = eventsOf(each.part);
  if (events === undefined || each.isDone) return [];
  const { place, text: shown } = each;
  const logprobs = each.part['type'] === 'output_text' ? { logprobs: [] } : {};
  const whole = { type: `${events.name}.done`, ...place, [keyOf(each.part)]: shown, ...logprobs };
  return [...(each.isTextDone ? [] : [whole]), { type: `${events.part}.done`, ...place, part: partOf(each) }];
}

/** The item with the texts that the reader has. */
function finished({ item, parts }: Item): Event {
  const of = (name: string): Event =>
    Array.isArray(item[name]) ? { [name]: parts.filter(({ part }) => listOf(part) === name).map(partOf) } : {};
  const status = list(item['content']).length > 0 || item['type'] === 'message' ? 'completed' : 'incomplete';
  return { ...item, ...('status' in item ? { status } : {}), ...of('content'), ...of('summary') };
}
