import { Skeleton } from "@mantine/core";

/** The shape of a page that is on its way. */
export function PageSkeleton() {
  return (
    <div role="status" aria-label="Loading" style={{ padding: 24, display: "grid", gap: 16, maxWidth: 1120, width: "100%", margin: "0 auto" }}>
      <Skeleton height={28} width={180} />
      <Skeleton height={72} />
      <Skeleton height={72} />
      <Skeleton height={72} />
    </div>
  );
}
