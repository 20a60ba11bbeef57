import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function TeamsPage() {
  return (
    <PageFrame title="Teams">
      <PageSkeleton />
    </PageFrame>
  );
}
