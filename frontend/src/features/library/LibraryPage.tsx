import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function LibraryPage() {
  return (
    <PageFrame title="Library">
      <PageSkeleton />
    </PageFrame>
  );
}
