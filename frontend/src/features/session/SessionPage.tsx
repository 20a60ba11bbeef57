import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function SessionPage() {
  return (
    <PageFrame title="Session">
      <PageSkeleton />
    </PageFrame>
  );
}
