import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function ApprovalsPage() {
  return (
    <PageFrame title="Approvals">
      <PageSkeleton />
    </PageFrame>
  );
}
