import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function HomePage() {
  return (
    <PageFrame title="Home">
      <PageSkeleton />
    </PageFrame>
  );
}
