/** Loads `count` rows from row `from`; fewer only at the end. */
export type Load<T> = (from: number, count: number) => Promise<T[]>;

/**
 * The rows of a long list, fetched a page at a time; the pages used last are kept, the others forgotten.
 * `changed` runs after a page came or failed.
 */
export class Pages<T> {
  /** What went wrong last; cleared by the next page that arrives. */
  error: unknown = null;
  #pages = new Map<number, T[]>();
  #asked = new Set<number>();
  #failed = new Set<number>();
  #closed = false;

  constructor(
    private load: Load<T>,
    readonly count: number,
    private changed: () => void,
    readonly size = 200,
    private keep = 40,
  ) {}

  /** Row `index` if it is here; otherwise its page is on the way. */
  get(index: number): T | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const number = Math.floor(index / this.size);
    const page = this.#pages.get(number);
    if (!page) {
      this.#ask(number);
      return undefined;
    }
    this.#pages.delete(number);
    this.#pages.set(number, page);
    return page[index - number * this.size];
  }

  /** Row `index` if it is here; nothing is asked for. */
  peek(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / this.size))?.[index % this.size];
  }

  /** Asks for the pages of `from..to`, and nothing else. */
  prepare(from: number, to: number) {
    const last = Math.min(to, this.count) - 1;
    for (let page = Math.floor(Math.max(0, from) / this.size); page <= Math.floor(last / this.size); page++) this.#ask(page);
  }

  /** Tries the failed pages again. */
  retry() {
    this.#failed.clear();
    this.error = null;
    this.changed();
  }

  /** From here on nothing is reported any more. */
  close() {
    this.#closed = true;
  }

  #ask(number: number) {
    if (this.#pages.has(number) || this.#asked.has(number) || this.#failed.has(number)) return;
    this.#asked.add(number);
    const from = number * this.size;
    this.load(from, Math.min(this.size, this.count - from))
      .then(
        (rows) => this.#store(number, rows),
        (error: unknown) => {
          this.#failed.add(number);
          this.error = error;
        },
      )
      .finally(() => {
        this.#asked.delete(number);
        if (!this.#closed) this.changed();
      });
  }

  #store(number: number, rows: T[]) {
    this.error = null;
    this.#pages.set(number, rows);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.keep) break;
      this.#pages.delete(oldest);
    }
  }
}
