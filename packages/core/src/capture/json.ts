/** A message in OpenTelemetry's shape, or a reference to some, as JSON. */
export interface MessageJson {
  readonly json: string;
  /** Without `finish_reason`, which belongs to the answer: the same message stands without it in what follows. */
  readonly bare: string;
  /** How many messages a reference stands for; 0 for a message. */
  readonly refers: number;
}

/** Text, or a run of neighbouring messages, whose commas are left out. */
export type Piece = string | readonly MessageJson[];

/** JSON of a value; in pieces where messages stand in it, since they may become references. */
export type Json = string | readonly Piece[];

/** What one value comes to within another. */
export type JsonNode = Json | MessageJson;

function isMessage(node: JsonNode): node is MessageJson {
  return typeof node !== 'string' && !Array.isArray(node);
}

/** The node by itself. */
export function toJson(node: JsonNode): Json {
  return isMessage(node) ? [[node]] : node;
}

/** Pieces as one text. */
export function flat(json: Json, write: (run: readonly MessageJson[]) => string = plainRun): string {
  if (typeof json === 'string') return json;
  let text = '';
  for (const piece of json) text += typeof piece === 'string' ? piece : write(piece);
  return text;
}

function plainRun(run: readonly MessageJson[]): string {
  let text = '';
  for (const { json } of run) text += text === '' ? json : `,${json}`;
  return text;
}

/** Adds a node behind `text` to what an array or an object holds so far; returns the text that what follows is added to. */
export function append(pieces: Piece[], text: string, node: JsonNode): string {
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

/** A list of nodes as JSON: messages that stand side by side are one run. */
export function listJson(nodes: readonly JsonNode[]): Json {
  if (nodes.every((node) => typeof node === 'string')) return `[${nodes.join(',')}]`;
  const pieces: Piece[] = [];
  let text = '[';
  let run: MessageJson[] | undefined;
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index] ?? '';
    if (isMessage(node) && run !== undefined) {
      run.push(node);
      continue;
    }
    if (index > 0) text += ',';
    run = isMessage(node) ? [node] : undefined;
    if (run === undefined) text = append(pieces, text, node);
    else {
      pieces.push(text, run);
      text = '';
    }
  }
  pieces.push(`${text}]`);
  return pieces;
}
