import { asApiError, call, onLocked } from "../api/call";

/** A locked version that waits for its password. */
export interface Asked {
  version: string;
  location: string | null;
}

/** Opens locked versions: by a password that is known already, else by asking for it. */
class Unlocking {
  /** What the sheet asks for now. */
  asked = $state.raw<Asked | null>(null);
  #answer: ((open: boolean) => void) | null = null;
  /** Many lists of one version may find it locked at once: they wait for the same answer. */
  #waiting = new Map<string, Promise<boolean>>();

  /** Begins to be asked by every call that meets a locked version. */
  start() {
    onLocked((version, location) => this.open({ version, location }));
  }

  open(asked: Asked): Promise<boolean> {
    const waiting = this.#waiting.get(asked.version);
    if (waiting) return waiting;
    const work = this.#opened(asked).finally(() => this.#waiting.delete(asked.version));
    this.#waiting.set(asked.version, work);
    return work;
  }

  async #opened(asked: Asked): Promise<boolean> {
    try {
      await call("version.unlock", { ...asked, password: null, remember: false });
      return true;
    } catch (wrong) {
      const { code } = asApiError(wrong);
      // A kept password may be an older one by now; then the person is asked as if there were none.
      if (code !== "passwordNeeded" && code !== "passwordWrong") throw wrong;
    }
    this.answer(false);
    this.asked = asked;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  /** The sheet is done with: the version is open, or the person thought better of it. */
  answer(open: boolean) {
    this.asked = null;
    this.#answer?.(open);
    this.#answer = null;
  }
}

export const unlocking = new Unlocking();
