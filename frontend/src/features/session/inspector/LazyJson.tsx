import { lazy, Suspense } from "react";

const JsonView = lazy(() => import("@/components/JsonView").then((module) => ({ default: module.JsonView })));

/** JSON in the editor's colours; the editor is loaded when somebody looks. */
export function LazyJson({ value, label }: { value: unknown; label: string }) {
  return (
    <Suspense fallback={<p role="status">Opening {label}</p>}>
      <JsonView value={value} label={label} />
    </Suspense>
  );
}
