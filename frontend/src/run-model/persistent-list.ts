/**
 * An immutable list with cheap append and replace.
 *
 * Every event makes a new view of the run and keyframes keep old ones, so the lists inside a view
 * must share what did not change. Chunks of 128 behind a spine: an append copies one chunk and the
 * spine (80 pointers at 10,000 items), never the list.
 */

const CHUNK = 128;

export class PersistentList<T> implements Iterable<T> {
  private static readonly EMPTY = new PersistentList<never>([], 0);

  private constructor(
    private readonly chunks: readonly (readonly T[])[],
    readonly length: number,
  ) {}

  static empty<T>(): PersistentList<T> {
    return PersistentList.EMPTY as PersistentList<T>;
  }

  static of<T>(values: Iterable<T>): PersistentList<T> {
    let list = PersistentList.empty<T>();
    for (const value of values) list = list.push(value);
    return list;
  }

  get(index: number): T | undefined {
    if (index < 0 || index >= this.length) return undefined;
    return this.chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
  }

  get last(): T | undefined {
    return this.get(this.length - 1);
  }

  push(value: T): PersistentList<T> {
    const chunks = this.chunks.slice();
    const tail = chunks[chunks.length - 1];
    if (tail === undefined || tail.length === CHUNK) chunks.push([value]);
    else chunks[chunks.length - 1] = [...tail, value];
    return new PersistentList(chunks, this.length + 1);
  }

  /** The list with the value at `index` replaced; throws a RangeError outside the list. */
  set(index: number, value: T): PersistentList<T> {
    const at = Math.floor(index / CHUNK);
    const chunk = this.chunks[at];
    if (chunk === undefined || index < 0 || index >= this.length) {
      throw new RangeError(`Index ${index} is outside a list of ${this.length}`);
    }
    const copy = chunk.slice();
    copy[index % CHUNK] = value;
    const chunks = this.chunks.slice();
    chunks[at] = copy;
    return new PersistentList(chunks, this.length);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const chunk of this.chunks) yield* chunk;
  }

  toArray(): T[] {
    return this.chunks.flat() as T[];
  }
}
