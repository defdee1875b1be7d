import { asApiError, call } from "../api/call";
import type { ApiError } from "../api/generated";

/** A list the engine keeps for this page: opened, replaced by the next one, let go of at the end. */
export class OpenView<V extends { view: number; count: number }> {
  value = $state.raw<V | null>(null);
  error = $state.raw<ApiError | null>(null);
  #turn = 0;
  #ask: (() => Promise<V>) | null = null;

  /** The answer to the newest question wins; views of older ones are let go. */
  async open(ask: () => Promise<V>) {
    const turn = ++this.#turn;
    this.#ask = ask;
    this.error = null;
    try {
      const value = await ask();
      if (turn !== this.#turn) return release(value);
      if (this.value) release(this.value);
      this.value = value;
    } catch (wrong) {
      if (turn === this.#turn) this.error = asApiError(wrong);
    }
  }

  /** A page of it could not be fetched: a view put away meanwhile is opened again, all else is shown. */
  failed = (wrong: unknown) => {
    const error = asApiError(wrong);
    if (error.code === "viewClosed" && this.#ask) void this.open(this.#ask);
    else this.error = error;
  };

  again = () => {
    if (this.#ask) void this.open(this.#ask);
  };

  close() {
    this.#turn++;
    if (this.value) release(this.value);
    this.value = null;
  }
}

function release({ view }: { view: number }) {
  void call("view.close", { view }).catch(() => {
    // It was put away by the engine already.
  });
}
