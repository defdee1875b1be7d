import type { Bubble, Part, Run } from "../../api/generated";
import { dateTime } from "../../parts/format";

const HOUR = 3_600_000;

/** Whether the time is written above a message: the first one, and after every hour of silence. */
export function needsTime(bubble: Bubble, above: Bubble | undefined): boolean {
  if (bubble.when === null) return false;
  if (!above || above.when === null) return true;
  return bubble.when - above.when > HOUR || new Date(bubble.when).getDate() !== new Date(above.when).getDate();
}

/** Whether a message goes on from the one above: same person, nothing between. */
export function continues(bubble: Bubble, above: Bubble | undefined): boolean {
  if (!above || above.kind === "event" || needsTime(bubble, above)) return false;
  return above.mine === bubble.mine && above.sender === bubble.sender;
}

/** One to three emoji and nothing else are shown large, without a bubble. */
export function isLargeEmoji(parts: Part[]): boolean {
  const [part, ...more] = parts;
  if (!part || more.length > 0 || part.type !== "text") return false;
  const text = part.runs.map((run) => run.text).join("").trim();
  if (!text || text.length > 40 || !/^(\p{Extended_Pictographic}|\p{Emoji_Component}|\s)+$/u.test(text)) return false;
  if (!/\p{Extended_Pictographic}/u.test(text)) return false;
  return [...new Intl.Segmenter().segment(text)].filter(({ segment }) => segment.trim()).length <= 3;
}

/** The box an image will fill once it is here, so that nothing moves when it comes. */
export function imageBox(width: number | null, height: number | null, most = 280): { width: number; height: number } {
  if (!width || !height) return { width: most, height: most * 0.75 };
  const scale = Math.min(1, most / width, most / height);
  return { width: Math.max(48, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}

/** The words of a message's parts, as far as they have any. */
export function textOf(bubble: Bubble): string {
  const words = (part: Part) => {
    if (part.type === "text") return part.runs.map((run) => run.text).join("");
    if (part.type === "attachment") return `[${part.name}]`;
    if (part.type === "poll") return [part.title, ...part.options.map((option) => option.text)].join("\n");
    if (part.type === "app") return [part.title, part.text ?? ""].filter(Boolean).join(": ");
    return part.title;
  };
  return bubble.parts.map(words).join("\n").trim();
}

/** A message as a line to paste elsewhere. */
export function written(bubble: Bubble): string {
  const who = bubble.mine ? "Me" : (bubble.sender ?? "Unknown");
  const said = bubble.unsent && bubble.parts.length === 0 ? "(unsent)" : textOf(bubble);
  return bubble.when === null ? `${who}: ${said}` : `[${dateTime(bubble.when)}] ${who}: ${said}`;
}

/** Where a place is on a map; opened only when the person asks for it. */
export function mapLink({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

/** The first `most` letters of a long text, never half of one; the runs themselves when they are short enough. */
export function cut(runs: Run[], most: number): Run[] {
  const whole = runs.reduce((sum, run) => sum + run.text.length, 0);
  if (whole <= most) return runs;
  let left = most;
  return runs.flatMap((run) => {
    const half = /[\uD800-\uDBFF]$/.test(run.text.slice(0, left)) ? 1 : 0;
    const text = run.text.slice(0, left - (left < run.text.length ? half : 0));
    left -= Math.min(left, run.text.length);
    return text ? [{ ...run, text }] : [];
  });
}
