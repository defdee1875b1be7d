import type { ApiError, Commands } from "./generated";
import { host } from "./host";

export type Name = keyof Commands;
export type Request<N extends Name> = Commands[N]["request"];
export type Response<N extends Name> = Commands[N]["response"];

/** Runs one of the engine's commands. Fails with an `ApiError`, whatever went wrong. */
export async function call<N extends Name>(name: N, ...[body]: Body<N>): Promise<Response<N>> {
  try {
    return (await host.call(name, body ?? {})) as Response<N>;
  } catch (wrong) {
    throw asApiError(wrong);
  }
}

/** Commands that ask for nothing need no body. */
type Body<N extends Name> = Record<string, never> extends Request<N> ? [] : [body: Request<N>];

export function asApiError(wrong: unknown): ApiError {
  if (typeof wrong === "object" && wrong !== null && "code" in wrong && "message" in wrong) return wrong as ApiError;
  const detail = wrong instanceof Error ? wrong.message : String(wrong);
  return { code: "bug", message: "Heirloom did not get an answer from its own engine.", detail };
}
