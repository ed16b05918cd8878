/** A message in OpenTelemetry's shape, or a reference to messages, as JSON. */
export interface MessageJson {
  readonly json: string;
  /** How many messages a reference is for; 0 for a message. */
  readonly referencedCount: number;
  /** The message without `finish_reason`, if it has one. */
  readonly bareMembers: readonly Member[] | undefined;
}

/** A member of an object: its key as JSON, with the colon, and its value. */
export type Member = readonly [key: string, node: JsonNode];

/** Text, or a run of neighbouring messages, whose commas are left out. */
export type Piece = string | readonly MessageJson[];

/** JSON of a value: in pieces when it has messages in it, because these may become references. */
export type Json = string | readonly Piece[];

/** JSON of a value inside of another one. */
export type JsonNode = Json | MessageJson;

function isMessage(node: JsonNode): node is MessageJson {
  return typeof node !== 'string' && !Array.isArray(node);
}

/** True for the JSON of a string. */
export function isStringJson(node: JsonNode): node is string {
  return typeof node === 'string' && node.startsWith('"');
}

/** A node as a value of its own. */
export function toJson(node: JsonNode): Json {
  return isMessage(node) ? [[node]] : node;
}

function joinRun(run: readonly MessageJson[]): string {
  let text = '';
  for (const { json } of run) text += text === '' ? json : `,${json}`;
  return text;
}

/** Joins pieces to one text. */
export function joinJson(json: Json, writeRun: (run: readonly MessageJson[]) => string = joinRun): string {
  if (typeof json === 'string') return json;
  let text = '';
  for (const piece of json) text += typeof piece === 'string' ? piece : writeRun(piece);
  return text;
}

/**
 * Appends a node to the JSON of an array or object: its messages to `pieces`, together with the text before them.
 *
 * @param text - the JSON since the last message
 * @returns the JSON since the last message, with the node
 */
export function appendNode(pieces: Piece[], text: string, node: JsonNode): string {
  if (typeof node === 'string') return text + node;
  if (isMessage(node)) {
    pieces.push(text, [node]);
    return '';
  }
  let last = text;
  for (const piece of node) {
    if (typeof piece === 'string') last += piece;
    else {
      pieces.push(last, piece);
      last = '';
    }
  }
  return last;
}

const areMessages = (nodes: readonly JsonNode[]): nodes is readonly MessageJson[] => nodes.every(isMessage);

/** JSON of an array, whose nodes are kept. Messages that are next to each other form one run. */
export function arrayJson(nodes: readonly JsonNode[]): Json {
  if (nodes.length > 0 && areMessages(nodes)) return ['[', nodes, ']'];
  let pieces: Piece[] | undefined;
  let text = '[';
  let run: MessageJson[] | undefined;
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index] ?? '';
    if (typeof node === 'string') {
      text += index > 0 ? `,${node}` : node;
      run = undefined;
    } else if (isMessage(node) && run !== undefined) run.push(node);
    else {
      if (index > 0) text += ',';
      run = isMessage(node) ? [node] : undefined;
      pieces ??= [];
      if (run === undefined) text = appendNode(pieces, text, node);
      else {
        pieces.push(text, run);
        text = '';
      }
    }
  }
  if (pieces === undefined) return `${text}]`;
  pieces.push(`${text}]`);
  return pieces;
}
