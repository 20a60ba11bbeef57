import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function SettingsPage() {
  return (
    <PageFrame title="Settings">
      <PageSkeleton />
    </PageFrame>
  );
}
