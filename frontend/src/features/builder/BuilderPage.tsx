import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function BuilderPage() {
  return (
    <PageFrame title="Builder">
      <PageSkeleton />
    </PageFrame>
  );
}
