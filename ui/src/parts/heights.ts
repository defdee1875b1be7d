/**
 * The heights of many rows, guessed until measured, with running sums kept in a binary indexed tree:
 * a change, an offset and a search each cost log₂(count) steps.
 */
export class Heights {
  #height: Float64Array;
  #tree: Float64Array;
  #step: number;

  constructor(
    readonly count: number,
    guess: number,
  ) {
    this.#height = new Float64Array(count).fill(guess);
    this.#tree = new Float64Array(count + 1);
    for (let i = 1; i <= count; i++) {
      this.#tree[i]! += guess;
      const parent = i + (i & -i);
      if (parent <= count) this.#tree[parent]! += this.#tree[i]!;
    }
    this.#step = 2 ** Math.floor(Math.log2(Math.max(1, count)));
  }

  get total(): number {
    return this.offset(this.count);
  }

  get(index: number): number {
    return this.#height[index] ?? 0;
  }

  /** Returns whether the height was news. */
  set(index: number, height: number): boolean {
    const change = height - this.#height[index]!;
    if (change === 0) return false;
    this.#height[index] = height;
    for (let i = index + 1; i <= this.count; i += i & -i) this.#tree[i]! += change;
    return true;
  }

  /** The pixels above row `index`. */
  offset(index: number): number {
    let sum = 0;
    for (let i = Math.min(index, this.count); i > 0; i -= i & -i) sum += this.#tree[i]!;
    return sum;
  }

  /** The row that covers pixel `at`; the last one beyond the end. */
  find(at: number): number {
    let row = 0;
    let left = at;
    for (let step = this.#step; step > 0; step >>= 1) {
      const next = row + step;
      if (next <= this.count && this.#tree[next]! <= left) {
        row = next;
        left -= this.#tree[next]!;
      }
    }
    return Math.max(0, Math.min(row, this.count - 1));
  }
}
