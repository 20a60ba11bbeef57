import { ApiError } from "@/api/client";
import type { DraftWrite } from "@/api/definitions";
import type { Draft } from "@/api/types";

import { DraftSync, readBackup } from "./draft-sync";
import type { Doc } from "./model";

const docOf = (name: string): Doc => ({ component: { provider: "team", config: { name } }, layout: { nodes: {} }, settings: {} });

function memoryStorage() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

function setUp(answer: (write: DraftWrite) => Promise<Draft>) {
  const storage = memoryStorage();
  const writes: DraftWrite[] = [];
  const save = (write: DraftWrite) => {
    writes.push(write);
    return answer(write);
  };
  const sync = new DraftSync({ id: "d", version: 3, savedAt: null, save, storage });
  return { sync, writes, storage };
}

const stored = (write: DraftWrite): Draft => ({ ...write, version: write.version + 1, updated_at: "2026-01-01T12:04:00Z", problems: [] });

describe("DraftSync", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("saves the latest of several quick edits once, with the version before it", async () => {
    const { sync, writes, storage } = setUp((write) => Promise.resolve(stored(write)));
    sync.update(docOf("a"));
    sync.update(docOf("b"));
    expect(readBackup("d", storage)?.doc).toEqual(docOf("b"));
    await vi.advanceTimersByTimeAsync(800);
    expect(writes.map((write) => [write.component.config.name, write.version])).toEqual([["b", 3]]);
    expect(sync.getState()).toEqual({ kind: "saved", at: "2026-01-01T12:04:00Z" });
    expect(readBackup("d", storage)).toBeNull();
  });

  it("saves what was typed while a save was on its way, on the new version", async () => {
    let arrive: () => void = () => {};
    const { sync, writes } = setUp((write) => new Promise((resolve) => (arrive = () => resolve(stored(write)))));
    sync.update(docOf("a"));
    await vi.advanceTimersByTimeAsync(800);
    sync.update(docOf("b"));
    arrive();
    await vi.advanceTimersByTimeAsync(800);
    arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(writes.map((write) => [write.component.config.name, write.version])).toEqual([["a", 3], ["b", 4]]);
    expect(sync.getState().kind).toBe("saved");
  });

  it("keeps everything in the browser while the server is away, and saves it when it is back", async () => {
    let away = true;
    const { sync, storage } = setUp((write) => (away ? Promise.reject(new ApiError(0, {})) : Promise.resolve(stored(write))));
    sync.update(docOf("a"));
    await vi.advanceTimersByTimeAsync(800);
    expect(sync.getState().kind).toBe("offline");
    expect(readBackup("d", storage)?.doc).toEqual(docOf("a"));
    await expect(sync.flush()).rejects.toThrow("cannot be reached");
    away = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(sync.getState().kind).toBe("saved");
    expect(readBackup("d", storage)).toBeNull();
  });

  it("stops at a conflict until a person decides: mine goes over theirs", async () => {
    const theirs = stored({ ...docOf("theirs"), version: 7 });
    const { sync, writes } = setUp((write) =>
      write.version === theirs.version ? Promise.resolve(stored(write)) : Promise.reject(new ApiError(409, { code: "stale_draft", current: theirs })),
    );
    sync.update(docOf("mine"));
    await vi.advanceTimersByTimeAsync(800);
    sync.update(docOf("mine 2"));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sync.getState().kind).toBe("conflict");
    expect(writes).toHaveLength(1);
    sync.keepMine();
    await vi.advanceTimersByTimeAsync(0);
    expect(writes[1]).toMatchObject({ version: 8, component: { config: { name: "mine 2" } } });
    expect(sync.getState().kind).toBe("saved");
  });

  it("or theirs is taken and mine is dropped", async () => {
    const theirs = stored({ ...docOf("theirs"), version: 7 });
    const { sync, storage } = setUp(() => Promise.reject(new ApiError(409, { code: "stale_draft", current: theirs })));
    sync.update(docOf("mine"));
    await expect(sync.flush()).rejects.toThrow("Someone else");
    expect(sync.takeTheirs()?.component.config.name).toBe("theirs");
    expect(readBackup("d", storage)).toBeNull();
    await expect(sync.flush()).resolves.toBe(8);
  });

  it("flush waits for the save and answers the version", async () => {
    const { sync } = setUp((write) => Promise.resolve(stored(write)));
    sync.update(docOf("a"));
    await expect(sync.flush()).resolves.toBe(4);
  });
});
