import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function LibraryItemPage() {
  return (
    <PageFrame title="Component">
      <PageSkeleton />
    </PageFrame>
  );
}
