import { asApiError } from "../api/call";
import type { ApiError } from "../api/generated";

/** What a page asked for and shows. The newest question wins; the last answer stays in sight until the next one is here. */
export class Answer<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  #turn = 0;

  async ask(question: () => Promise<T>) {
    const turn = ++this.#turn;
    try {
      const value = await question();
      if (turn === this.#turn) [this.value, this.error] = [value, null];
    } catch (wrong) {
      if (turn === this.#turn) this.error = asApiError(wrong);
    }
  }

  /** Nothing is asked for any more. */
  clear() {
    this.#turn++;
    this.value = this.error = null;
  }
}
