/** An agent keeps its colour and glyph everywhere: the name decides, neighbours avoid clashes. */

export const AGENT_COLORS = 10;

export function hashName(name: string): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** Where only a name is known. */
export function agentColor(name: string): number {
  return hashName(name) % AGENT_COLORS;
}

/** Within a team: the name's own colour, or the next free one when a teammate before it has it. */
export function agentColors(names: readonly string[]): Map<string, number> {
  const colors = new Map<string, number>();
  const used = new Set<number>();
  for (const name of names) {
    if (colors.has(name)) continue;
    let color = agentColor(name);
    for (let i = 0; i < AGENT_COLORS && used.has(color); i++) color = (color + 1) % AGENT_COLORS;
    used.add(color);
    colors.set(name, color);
  }
  return colors;
}

/** One or two letters: "web_researcher" → "WR", "writer" → "W". */
export function agentGlyph(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first, second] = words;
  if (!first) return "?";
  return (([...first][0] ?? "?") + (second ? ([...second][0] ?? "") : "")).toUpperCase();
}
