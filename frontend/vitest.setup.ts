import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(cleanup);

// jsdom has no layout, so asking it for every element whether it is hidden finds little and costs seconds.
configure({ defaultHidden: true, asyncUtilTimeout: 15_000 });

// What Mantine and xyflow expect of a browser and jsdom lacks.
class ResizeObserverStub implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= ResizeObserverStub;
window.HTMLElement.prototype.scrollIntoView ??= () => {};
window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addListener: vi.fn(),
    removeListener: vi.fn(),
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
    dispatchEvent: vi.fn(),
  }) as unknown as MediaQueryList;
if (!document.fonts) {
  Object.defineProperty(document, "fonts", { value: { addEventListener: vi.fn(), removeEventListener: vi.fn() } });
}
// CodeMirror measures text, which has no size here.
Range.prototype.getClientRects ??= () => [] as unknown as DOMRectList;
Range.prototype.getBoundingClientRect ??= () => new DOMRect();

// jsdom's own walks every style sheet for every element: half of a test's time, for styles that no test looks at.
const DEFAULTS: Record<string, string> = { display: "block", visibility: "visible", opacity: "1" };
window.getComputedStyle = (element: Element): CSSStyleDeclaration => {
  const { style, hidden } = element as HTMLElement;
  return new Proxy(style ?? document.documentElement.style, {
    get(target, key: string) {
      if (key === "display" && hidden) return "none";
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value === "function") return value.bind(target) as unknown;
      return value === "" && key in DEFAULTS ? DEFAULTS[key] : value;
    },
  });
};
