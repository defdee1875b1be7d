import type { ApiError, Commands } from "./generated";
import { host } from "./host";

export type Name = keyof Commands;
export type Request<N extends Name> = Commands[N]["request"];
export type Response<N extends Name> = Commands[N]["response"];

/** Opens a locked version; answers whether it is open now. */
export type Unlock = (version: string, location: string | null) => Promise<boolean>;
let unlock: Unlock = async () => false;

/** Who asks for a password when a version turns out to be locked. */
export function onLocked(ask: Unlock) {
  unlock = ask;
}

/** Runs one of the engine's commands; goes on by itself once a locked version was opened. Fails with an `ApiError`, whatever went wrong. */
export async function call<N extends Name>(name: N, ...[body]: Body<N>): Promise<Response<N>> {
  for (;;) {
    try {
      return (await host.call(name, body ?? {})) as Response<N>;
    } catch (wrong) {
      const error = asApiError(wrong);
      if (error.code !== "passwordNeeded" || !(await opened(name, body))) throw error;
    }
  }
}

/** Whether the version that a command is about could be unlocked. */
async function opened(name: Name, body: unknown): Promise<boolean> {
  const { version, location } = (body ?? {}) as { version?: unknown; location?: unknown };
  if (name === "version.unlock" || typeof version !== "string" || "password" in (body as object)) return false;
  return unlock(version, typeof location === "string" ? location : null);
}

/** Commands that ask for nothing need no body. */
type Body<N extends Name> = Record<string, never> extends Request<N> ? [] : [body: Request<N>];

export function asApiError(wrong: unknown): ApiError {
  if (typeof wrong === "object" && wrong !== null && "code" in wrong && "message" in wrong) return wrong as ApiError;
  const detail = wrong instanceof Error ? wrong.message : String(wrong);
  return { code: "bug", message: "Heirloom did not get an answer from its own engine.", detail };
}
