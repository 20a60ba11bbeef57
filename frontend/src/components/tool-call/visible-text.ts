/**
 * Text as it really is: characters that a screen would hide or that reorder what is read are
 * pulled out, so that an approval shows what will run and not what a model wants to be seen.
 */

export interface TextPart {
  readonly text: string;
  /** Set for one hidden character: its name, shown in place of it. */
  readonly mark: string | null;
}

const NAMES: Readonly<Record<number, string>> = {
  0x00: "NUL", 0x07: "BEL", 0x08: "BS", 0x0b: "VT", 0x0c: "FF", 0x0d: "CR", 0x1b: "ESC", 0x7f: "DEL",
  0x85: "NEL", 0xa0: "NBSP", 0xad: "SHY", 0x34f: "CGJ", 0x61c: "ALM", 0x180e: "MVS",
  0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM", 0x200f: "RLM",
  0x2028: "LS", 0x2029: "PS", 0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
  0x202f: "NNBSP", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
  0x3000: "IDSP", 0x3164: "HF", 0xfeff: "BOM",
};

/**
 * Controls, format characters, lone surrogates, private and unassigned ones, odd spaces, fillers,
 * tags and variation selectors; not tab, newline, space, nor the selector that makes an emoji.
 */
const HIDDEN =
  /(?![\t\n ])(?!(?<=\p{Extended_Pictographic})\ufe0f)[\p{C}\p{Zs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

export function visibleParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index), mark: null });
    parts.push({ text: match[0], mark: markOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), mark: null });
  return parts;
}

export function countHidden(text: string): number {
  return [...text.matchAll(HIDDEN)].length;
}

/** Hidden characters anywhere in a JSON value, keys included. */
export function countHiddenIn(value: unknown): number {
  if (typeof value === "string") return countHidden(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countHiddenIn(item), 0);
  if (value !== null && typeof value === "object") {
    return Object.entries(value).reduce((sum, [key, item]) => sum + countHidden(key) + countHiddenIn(item), 0);
  }
  return 0;
}
