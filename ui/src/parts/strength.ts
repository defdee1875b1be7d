export interface Strength {
  level: "weak" | "fair" | "good" | "strong";
  name: string;
  /** 1 to 4; 0 for nothing typed. */
  score: number;
  /** What would make it better. */
  hint: string;
}

/** What is tried first by whoever guesses. Each counts as two signs, however long it is. */
const COMMON =
  "password passwort passwd qwertyuiop qwertz qwerty azerty asdfgh letmein welcome dragon monkey football baseball iloveyou master sunshine princess shadow superman batman trustno hello summer winter spring autumn secret admin login apple computer internet samsung google test love michael jordan daniel thomas andrew jessica charlie pepper cookie flower freedom whatever mustang hunter soccer hockey killer george ginger money angel orange banana cheese purple silver golden december november october september august july june april march february january monday friday sunday"
    .split(" ")
    .sort((a, b) => b.length - a.length);
const SWAPPED: Record<string, string> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };
const KINDS: [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^a-zA-Z0-9]/, 33],
];
/** Bits from which the next level begins. */
const LEVELS: [number, Strength["level"], string][] = [
  [72, "strong", "Strong"],
  [56, "good", "Good"],
  [38, "fair", "Could be better"],
  [0, "weak", "Easy to guess"],
];

/** How hard a password is to guess: an estimate by length, variety and common words. Nothing is looked up anywhere. */
export function strength(password: string): Strength {
  const bits = guessBits(password);
  const at = LEVELS.findIndex(([from]) => bits >= from);
  const [, level, name] = LEVELS[at]!;
  return { level, name, score: password === "" ? 0 : LEVELS.length - at, hint: hint(password, level) };
}

/** About how many times a guesser must double the effort. */
export function guessBits(password: string): number {
  const signs = KINDS.reduce((sum, [kind, size]) => (kind.test(password) ? sum + size : sum), 0);
  return signs === 0 ? 0 : newSigns(password) * Math.log2(signs);
}

/** The length that counts: a common word or a year is worth two signs, however long; the rest of a repeat or run a quarter each. */
function newSigns(password: string): number {
  const signs = [...password.toLowerCase()];
  const known = commonAt(signs);
  const rest = signs.reduce((sum, sign, i) => {
    if (known[i]) return sum;
    const step = i === 0 ? NaN : Math.abs(sign.codePointAt(0)! - signs[i - 1]!.codePointAt(0)!);
    return sum + (step <= 1 ? 0.25 : 1);
  }, 0);
  return rest + 2 * new Set(known.filter(Boolean)).size;
}

/** For each sign the number of the common word it belongs to, or 0; signs put for letters ("p4ssw0rd") are seen through. */
function commonAt(signs: string[]): number[] {
  const known = signs.map(() => 0);
  let found = 0;
  const mark = (text: string, pattern: RegExp) => {
    for (const { index, 0: match } of text.matchAll(pattern)) {
      if (!known.slice(index, index + match.length).some(Boolean)) known.fill(++found, index, index + match.length);
    }
  };
  // One letter for each sign, so that positions agree.
  const asIs = signs.map((sign) => (sign.length === 1 ? sign : "?")).join("");
  const letters = asIs.replace(/[0134578@$!]/g, (sign) => SWAPPED[sign] ?? sign);
  mark(asIs, /(?:19|20)\d\d/g);
  for (const word of COMMON) mark(letters, new RegExp(word, "g"));
  return known;
}

function hint(password: string, level: Strength["level"]): string {
  if (level === "strong") return "Write it down and keep it in a safe place.";
  if (commonAt([...password.toLowerCase()]).some(Boolean)) return "It holds a word or year that is tried first. Add words that do not belong together.";
  if ([...password].length < 12) return "Longer is better: four words that do not belong together are easy to remember.";
  return level === "good" ? "One more word would make it strong." : "Less repetition and another word would help.";
}
