export interface Piece {
  text: string;
  hit: boolean;
}

/** Cuts a text where one of the searched words stands in it, whatever the case. */
export function marked(text: string, searched: string): Piece[] {
  const words = searched.split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (words.length === 0) return [{ text, hit: false }];
  return text
    .split(new RegExp(`(${words.join("|")})`, "iu"))
    .map((piece, i) => ({ text: piece, hit: i % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
