import type { ExportRequest } from "../../api/generated";
import { counted } from "../../parts/format";
import { dayStart } from "./filters";

/** Conversations, or messages of one, to be written out. */
export interface Chosen {
  /** "3 conversations", "Ada Lovelace". */
  title: string;
  /** Ids of conversations; all of them when null. */
  conversations: (() => Promise<number[]>) | null;
  /** Only these messages. */
  messages: number[] | null;
}

/** How a person wants them. */
export interface Wish {
  format: string;
  /** Days as a date field writes them, or empty. */
  from: string;
  until: string;
  attachments: boolean;
  hashes: boolean;
  /** Only what an earlier export does not hold. */
  again: boolean;
  /** The folder to write into, or that of the earlier export. */
  folder: string | null;
}

export function plain(format: string): Wish {
  return { format, from: "", until: "", attachments: true, hashes: false, again: false, folder: null };
}

/** What each format is good for. */
export const GOOD_FOR: Record<string, string> = {
  pdf: "Pages to print, to read and to hand over",
  html: "To look through in any browser",
  txt: "Plain words that open anywhere",
  csv: "One row a message, for spreadsheets",
  json: "Everything that is known, for programs",
};

/** What keeps the wish from being carried out; null when nothing does. */
export function wrongDays({ from, until }: Wish): string | null {
  const [first, last] = [dayStart(from), dayStart(until)];
  return first !== null && last !== null && last < first ? "This is before the first day." : null;
}

/** What will lie in the folder, in a sentence. */
export function outcome(wish: Wish, kind: string): string {
  const main: Record<string, string> = {
    pdf: "a PDF for each conversation",
    html: "pages for each conversation",
    txt: "a text file for each conversation",
    csv: "one table of all messages",
    json: "one file of all messages",
  };
  const parts = [
    main[wish.format] ?? "the messages",
    wish.attachments ? "their photos and files" : null,
    wish.hashes ? "a list of the SHA-256 of every file" : null,
  ].filter((part) => part !== null);
  const held = parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : (parts[0] ?? "");
  if (wish.again) return `Adds a folder to the earlier export, with what it does not hold yet: ${held}. Nothing that is there is changed.`;
  return `Makes a folder “${kind}” with ${held}.`;
}

type Said = Pick<ExportRequest, "format" | "to" | "ids" | "from" | "until" | "messages" | "attachments" | "hashes" | "again">;

/** The wish in the engine's words; a day ends at its last millisecond, here. */
export async function said(wish: Wish, chosen: Chosen): Promise<Said> {
  const last = dayStart(wish.until);
  const folder = wish.folder ?? "";
  return {
    format: wish.format,
    to: folder,
    ids: chosen.conversations && (await chosen.conversations()),
    from: chosen.messages ? null : dayStart(wish.from),
    until: chosen.messages || last === null ? null : new Date(last).setHours(23, 59, 59, 999),
    messages: chosen.messages,
    attachments: wish.attachments,
    hashes: wish.hashes,
    again: wish.again ? folder : null,
  };
}

/** "All 42 conversations", "3 conversations". */
export function conversationsTitle(count: number, all: boolean): string {
  return `${all && count > 1 ? "All " : ""}${counted(count, "conversation")}`;
}
