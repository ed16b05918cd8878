import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { datadog, elasticsearch, spool, type Spool } from '@spanline/ship';
import { type Engine, startEngine } from '../../src/engine/engine.ts';
import { createSinks } from '../../src/host/sinks.ts';
import { discoverFiles } from '../../src/reading/file-discovery.ts';
import { discoverSpool } from '../../src/reading/spool-discovery.ts';
import { loadCheckpoint } from '../../src/state/checkpoint.ts';
import { createIndex, readBulk, type Index } from './elastic.ts';
import { deadLetters } from './engine.ts';
import { temporaryFolder } from './folder.ts';
import { createForeignLog, createLinkedLog } from './foreign-log.ts';
import type { Receiver } from './receiver.ts';
import { inTrouble, type Trouble } from './troubled-target.ts';

const SINKS = ['elasticsearch', 'datadog'] as const;
type SinkName = (typeof SINKS)[number];

/** Ways to rotate a log: rename it, rename and compress it, copy and cut it, or copy and delete it. */
export const ROTATIONS = ['rename', 'compress', 'copy', 'replace'] as const;
type Rotation = (typeof ROTATIONS)[number];

/** What must be true, kept apart from what is. */
interface Model {
  /** Lines whose log call has returned, and that were not counted as lost. */
  readonly ended: number[];
  /** Lines that every target refuses. */
  readonly poison: Set<number>;
  /** Lines whose bytes were damaged on the disk. */
  readonly damaged: Set<number>;
  /** Lines of a file that was rotated before a shipper could see it. */
  readonly unseen: Set<number>;
}

const MAX_TURNS = 60;
const MIXED = [
  { status: 429, type: 'es_rejected_execution_exception' },
  { status: 503, type: 'unavailable_shards_exception' },
  { status: 403, type: 'cluster_block_exception' },
];

/** Changes a file in place, also on a disk that is full. */
function put(path: string, content: string | Buffer): void {
  const file = openSync(path, 'r+');
  ftruncateSync(file);
  writeSync(file, Buffer.from(content));
  closeSync(file);
}

const isPoison = (line: Record<string, unknown>): boolean => line['poison'] === true;

/** A spool, a shipper, two targets in trouble, and a model of what must be true of them. */
export class World {
  readonly root = temporaryFolder();
  readonly model: Model = { ended: [], poison: new Set(), damaged: new Set(), unseen: new Set() };
  readonly trouble: Record<SinkName, Trouble> = { elasticsearch: 'none', datadog: 'none' };
  readonly index: Index = createIndex((line) => {
    if (isPoison(line)) return { status: 400, type: 'document_parsing_exception' };
    return this.trouble.elasticsearch === 'mixed items' && this.turn++ % 2 === 0 ? MIXED[this.turn % 3] : undefined;
  });
  readonly logs: Record<string, unknown>[] = [];
  readonly receivers: Receiver[];
  private spooled: Spool;
  private engine: Engine;
  private second: Engine | undefined;
  private readonly log = createForeignLog(temporaryFolder());
  private readonly linked = createLinkedLog(temporaryFolder());
  /** Requests that a target in trouble got. */
  troubled = 0;
  private next = 0;
  private turn = 0;
  private attempted = 0;
  /** Losses that earlier spools of this world have counted. */
  private counted = 0;

  constructor(receivers: Receiver[]) {
    this.receivers = receivers;
    const [elastic, intake] = receivers;
    if (elastic !== undefined) {
      elastic.answer = (request) => {
        const trouble = this.trouble.elasticsearch;
        if (trouble !== 'none') this.troubled++;
        return inTrouble(trouble, (taken) => this.index.bulk(taken), request, readBulk(request.body).length);
      };
    }
    if (intake !== undefined) {
      intake.answer = (request) => {
        const logs = JSON.parse(request.body.toString()) as Record<string, unknown>[];
        const take = (): { status: number } => {
          if (logs.some(isPoison)) return { status: 400 };
          this.logs.push(...logs);
          return { status: 202 };
        };
        if (this.trouble.datadog !== 'none') this.troubled++;
        return inTrouble(this.trouble.datadog, take, request, logs.length);
      };
    }
    this.spooled = this.openSpool();
    this.writeForeign(2);
    this.writeLinked(2);
    this.engine = this.openEngine();
  }

  private openSpool(): Spool {
    return spool({ dir: this.root, segmentBytes: 4096, whenFull: 'drop-new' });
  }

  private openEngine(): Engine {
    const [elastic, intake] = this.receivers.map(({ url }) => url);
    const sinks = [
      elasticsearch({ url: elastic ?? '', timeoutMs: 40, gzip: false }),
      datadog({ url: intake ?? '', apiKey: 'key', timeoutMs: 40, gzip: false }),
    ];
    return startEngine({
      root: this.root,
      from: [
        discoverSpool({ root: this.root, everyWriter: true }),
        discoverFiles({ patterns: [this.log.path, this.linked.path], state: this.root, isFinal: false }),
      ],
      sinks: createSinks(sinks),
      owner: `model-${Math.random()}`,
      timing: { minMs: 1, maxMs: 4, pauseMs: 3 },
      pollMs: 2,
      scanMs: 20,
      saveMs: 5,
    });
  }

  async setTrouble(sink: SinkName, trouble: Trouble): Promise<void> {
    this.trouble[sink] = trouble;
    await this.receivers[SINKS.indexOf(sink)]?.refuse(trouble === 'refused');
  }

  write(count: number, poisonous: boolean): void {
    for (let line = 0; line < count; line++) {
      const n = this.next++;
      this.attempted++;
      const before = this.spooled.stats().writtenLines;
      this.spooled.write(`${JSON.stringify({ n, text: 'x'.repeat(100), ...(poisonous ? { poison: true } : {}) })}\n`);
      if (this.spooled.stats().writtenLines === before) continue;
      this.model.ended.push(n);
      if (poisonous) this.model.poison.add(n);
    }
  }

  /** Another program logs, and its last line is half there. */
  writeForeign(count: number): void {
    const numbers = Array.from({ length: count }, () => this.next++);
    const half = this.next++;
    this.log.write(numbers, half);
    this.noteForeign();
  }

  private noteForeign(): void {
    this.model.ended.push(...this.foreign().filter((n) => !this.model.ended.includes(n)));
  }

  private foreign(): number[] {
    return [...this.log.numbers(), ...this.linked.numbers()];
  }

  /** Another program logs behind a link. */
  writeLinked(count: number): void {
    this.linked.write(Array.from({ length: count }, () => this.next++));
    this.noteForeign();
  }

  /** Whether something becomes true within a few turns of the loop. A full disk, or an unreadable one, may forbid it. */
  private async becomes(isTrue: () => boolean): Promise<boolean> {
    for (let turn = 0; turn < MAX_TURNS && !isTrue(); turn++) {
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    }
    return isTrue();
  }

  /** The shippers send what they have read, and do not wait for full batches. */
  hurry(): void {
    void this.engine.drain();
    void this.second?.drain();
  }

  /** The link names another file. It stays while no shipper has noted the file: that would go unseen. */
  async retarget(): Promise<boolean> {
    if (!(await this.becomes(() => this.linked.isKnownTo(this.root)))) return false;
    this.linked.retarget();
    return true;
  }

  /** Path of the log of the other program. */
  get logPath(): string {
    return this.log.path;
  }

  /** Whether a file name is that of a log of the other program. */
  isForeign(path: string): boolean {
    return [this.log, this.linked].some((log) => path.startsWith(dirname(log.path)));
  }

  /** A file of which everything was read is deleted, and another one begun. */
  async recreate(): Promise<boolean> {
    const read = this.log.current(false);
    const isRead = (): boolean =>
      this.log.isKnownTo(this.root) &&
      SINKS.every((sink) => {
        const known = new Set([...this.stored(sink), ...this.refused(sink)]);
        return read.every((n) => known.has(n));
      });
    this.hurry();
    if (read.length === 0 || !(await this.becomes(isRead))) return false;
    this.log.recreate(Array.from({ length: 3 }, () => this.next++));
    this.noteForeign();
    return true;
  }

  /**
   * In the middle of a line. A file that no shipper has seen is only renamed: it would have to live for less than a
   * scan, and is ignored.
   *
   * @returns whether it was rotated
   */
  async rotate(how: Rotation, isReadable: boolean): Promise<boolean> {
    if (!existsSync(this.log.path)) return false;
    if (!(await this.becomes(() => this.log.isKnownTo(this.root)))) {
      if (how !== 'rename') return false;
      for (const n of this.log.current(true)) this.model.unseen.add(n);
    }
    // The other shipper would take the copy of a file for a new one, and both would send its lines.
    const isShared = this.second !== undefined && how !== 'rename';
    if (isShared && !(await this.becomes(() => this.log.isWellKnownTo(this.root)))) return false;
    // Without a copy that can be read, a loss is reported.
    if (how === 'copy' && !isReadable) return false;
    if (how === 'rename') this.log.rename();
    if (how === 'compress') this.log.compress();
    const cut = how === 'copy' ? this.log.copyAndCut() : how === 'replace' ? this.log.copyAndDelete() : undefined;
    if (cut !== undefined) this.model.damaged.add(cut);
    this.noteForeign();
    return true;
  }

  /** Another shipper works on the same folder. */
  startSecond(): boolean {
    if (this.second !== undefined) return false;
    this.second = this.openEngine();
    return true;
  }

  /** The application is killed inside a write, and started again. */
  async killApp(): Promise<void> {
    const segment = this.segments(this.spooled.file).at(-1);
    if (segment !== undefined) appendFileSync(segment, '{"n":-1,"text":"torn');
    await this.closeSpool();
    this.spooled = this.openSpool();
  }

  /** The shipper is killed before it could note what the last requests stored. */
  async killShipper(): Promise<void> {
    const notes = this.checkpoints().map((path) => ({
      path,
      text: readFileSync(path, 'utf8'),
      at: statSync(path).mtime,
    }));
    await this.engine.stop(0);
    if (this.second !== undefined) {
      this.engine = this.second;
      this.second = undefined;
      return;
    }
    for (const { path, text, at } of notes) {
      if (!existsSync(path)) continue;
      put(path, text);
      utimesSync(path, at, at);
    }
    this.engine = this.openEngine();
  }

  async damageCheckpoints(text: string): Promise<void> {
    await this.stopSecond();
    await this.engine.stop(0);
    for (const path of this.checkpoints()) if (path.includes('writer-')) put(path, text);
    this.engine = this.openEngine();
  }

  /** The first byte of a line flips. */
  flip(pick: number): void {
    const segment = this.segments(this.spooled.file).at(-1);
    if (segment === undefined) return;
    const bytes = readFileSync(segment);
    const starts = [...bytes.toString('latin1').matchAll(/\{"n":(\d+)/g)];
    const start = starts[pick % Math.max(1, starts.length)];
    if (start === undefined) return;
    this.model.damaged.add(Number(start[1]));
    bytes[start.index] = 0x5b;
    put(segment, bytes);
  }

  private async stopSecond(): Promise<void> {
    await this.second?.stop(0);
    this.second = undefined;
  }

  /** A spool that ends says what it has lost: every line that is not in its files is counted. */
  private async closeSpool(): Promise<void> {
    const { writtenLines, droppedLines, failedLines } = this.spooled.stats();
    expect(writtenLines + droppedLines + failedLines).toBe(this.attempted - this.counted);
    this.counted = this.attempted;
    await this.spooled.close(0);
  }

  /**
   * Every line that has ended is stored, refused with a reason, or still in a file; what is acknowledged is stored or
   * refused.
   */
  check(): void {
    const waiting = new Set([...this.waiting(), ...this.foreign()]);
    for (const sink of SINKS) {
      const known = new Set([...this.stored(sink), ...this.refused(sink)]);
      expect({ sink, unstored: this.acknowledged(sink).filter((n) => !known.has(n)) }).toEqual({ sink, unstored: [] });
    }
    for (const sink of SINKS) {
      const known = new Set([...this.stored(sink), ...this.refused(sink)]);
      expect({ sink, lost: this.model.ended.filter((n) => !known.has(n) && !waiting.has(n)) }).toEqual({
        sink,
        lost: [],
      });
    }
  }

  async settle(): Promise<void> {
    for (const sink of SINKS) await this.setTrouble(sink, 'none');
    this.write(1, false);
    this.writeForeign(1);
    this.writeLinked(1);
    await this.closeSpool();
    await this.stopSecond();
    await this.engine.drain();
    await this.engine.stop(1000);
    for (const sink of SINKS) {
      const stored = this.stored(sink);
      const refused = new Set(this.refused(sink));
      const { poison, damaged, unseen } = this.model;
      const ended = this.model.ended.filter((n) => !unseen.has(n));
      const good = ended.filter((n) => !poison.has(n) && !damaged.has(n));
      expect({ sink, lost: good.filter((n) => !stored.includes(n)) }).toEqual({ sink, lost: [] });
      expect({ sink, unsaid: ended.filter((n) => !stored.includes(n) && !refused.has(n)) }).toEqual({
        sink,
        unsaid: [],
      });
      expect({ sink, blamed: [...refused].filter((n) => !poison.has(n) && !damaged.has(n)) }).toEqual({
        sink,
        blamed: [],
      });
    }
    const elastic = this.stored('elasticsearch');
    expect(elastic.length).toBe(new Set(elastic).size);
    expect(this.segments(this.root)).toEqual([]);
  }

  /** Lines that were logged, and how often one was sent to Datadog that it had already. */
  totals(): { lines: number; repeated: number } {
    const sent = this.stored('datadog');
    return { lines: this.model.ended.length, repeated: sent.length - new Set(sent).size };
  }

  async end(): Promise<void> {
    await this.spooled.close(0);
    await this.stopSecond();
    await this.engine.stop(0);
  }

  private stored(sink: SinkName): number[] {
    const lines = sink === 'elasticsearch' ? [...this.index.documents.values()] : this.logs;
    return lines.flatMap(({ n }) => (typeof n === 'number' ? [n] : []));
  }

  private refused(sink: SinkName): number[] {
    return deadLetters(this.root, sink).flatMap(({ line }) => {
      const n = Number(/"n":(-?\d+)/.exec(line)?.[1] ?? -1);
      return n < 0 ? [] : [n];
    });
  }

  private waiting(): number[] {
    return this.segments(this.root).flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/.\{?"n":(\d+)/g)].map((match) => Number(match[1])),
    );
  }

  /** Lines before the checkpoint of a sink, in segments that are still there. */
  private acknowledged(sink: SinkName): number[] {
    return this.checkpoints()
      .filter((path) => path.includes('writer-') && path.endsWith(`checkpoint-${sink}.json`))
      .flatMap((path) => {
        const { position } = loadCheckpoint(path);
        const folder = dirname(path);
        return this.segments(folder).flatMap((segment) => {
          if (position === undefined || basename(segment) > position.file) return [];
          const to = basename(segment) === position.file ? position.offset : Infinity;
          const text = readFileSync(segment).subarray(0, to).toString('utf8');
          return [...text.matchAll(/^.\{?"n":(\d+).*\}$/gm)].map((match) => Number(match[1]));
        });
      });
  }

  private files(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  }

  private segments(folder: string): string[] {
    return existsSync(folder)
      ? this.files(folder)
          .filter((path) => /\d{12}\.ndjson$/.test(path))
          .toSorted()
      : [];
  }

  private checkpoints(): string[] {
    return this.files(this.root).filter((path) => /checkpoint-\w+\.json$/.test(path));
  }
}
