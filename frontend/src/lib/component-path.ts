/** Paths into a component document, as the server's problems write them: `$.config.participants[0].config.name`. */

export type PathKey = string | number;
export type Path = readonly PathKey[];

export function parsePath(text: string): PathKey[] {
  const keys: PathKey[] = [];
  for (const match of text.replace(/^\$/, "").matchAll(/\.?([^.[\]]+)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/g)) {
    if (match[2] !== undefined) keys.push(Number(match[2]));
    else keys.push(match[1] ?? match[3] ?? match[4] ?? "");
  }
  return keys;
}

export function formatPath(path: Path): string {
  const part = (key: PathKey) => (typeof key === "number" ? `[${key}]` : /[.[\]"]/.test(key) ? `["${key}"]` : `.${key}`);
  return path.reduce<string>((text, key) => text + part(key), "$");
}

export function joinPath(base: string, ...keys: PathKey[]): string {
  return base + formatPath(keys).slice(1);
}

/** Whether `path` is `ancestor` or lies inside it. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`) || path.startsWith(`${ancestor}[`);
}

export function getAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<PathKey, unknown>)[key];
  }
  return value;
}

/** A copy with one value replaced; what does not lie on the way is shared. Missing objects are made. */
export function setAt<T>(document: T, path: Path, value: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return value as T;
  if (Array.isArray(document)) {
    const copy = [...(document as unknown[])];
    copy[Number(key)] = setAt(copy[Number(key)], rest, value);
    return copy as T;
  }
  const record = (document !== null && typeof document === "object" ? document : {}) as Record<PathKey, unknown>;
  if (rest.length === 0 && value === undefined) {
    const { [key]: _removed, ...others } = record;
    return others as T;
  }
  return { ...record, [key]: setAt(record[key], rest, value) } as T;
}

/** A copy without the array item or the key at `path`. */
export function removeAt<T>(document: T, path: Path): T {
  const parent = path.slice(0, -1);
  const key = path.at(-1);
  const container = getAt(document, parent);
  if (Array.isArray(container)) return setAt(document, parent, container.filter((_, index) => index !== key));
  return setAt(document, path, undefined);
}

/** A copy with `value` put before the array's item `index`; the array is made if there is none. */
export function insertAt<T>(document: T, array: Path, index: number, value: unknown): T {
  const items = getAt(document, array);
  const copy = Array.isArray(items) ? [...(items as unknown[])] : [];
  copy.splice(Math.min(index, copy.length), 0, value);
  return setAt(document, array, copy);
}
