import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function SessionsPage() {
  return (
    <PageFrame title="Sessions">
      <PageSkeleton />
    </PageFrame>
  );
}
