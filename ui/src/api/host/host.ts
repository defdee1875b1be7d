import type { Event } from "../generated";

/** What the window needs from the program around it: the desktop shell, or a web server in front of the same engine. */
export interface Host {
  call(name: string, body: unknown): Promise<unknown>;
  listen(on: (event: Event) => void): Listening;
  /** The address of a media path, whose parts are escaped already. */
  mediaUrl(path: string): string;
  /** A folder's path, or null when the person thought better of it. */
  chooseFolder(title: string): Promise<string | null>;
  /** Files' paths; none when the person thought better of it. */
  chooseFiles(title: string): Promise<string[]>;
  /** Where to write a file, or null; `name` is what it would be called. */
  chooseNewFile(title: string, name: string): Promise<string | null>;
  /** Shows a file or folder in the system's file manager. */
  reveal(path: string): Promise<void>;
  openExternal(url: string): Promise<void>;
  /** Folders and files dropped on the window. Returns the function that ends the listening. */
  onDrop(on: (drop: Drop) => void): () => void;
}

export interface Listening {
  /** Settles once nothing that happens from then on is missed, or it is known that nothing can be heard. */
  begun: Promise<void>;
  stop: () => void;
}

export type Drop = { type: "over" } | { type: "away" } | { type: "dropped"; paths: string[] };
