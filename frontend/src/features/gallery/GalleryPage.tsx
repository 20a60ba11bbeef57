import { PageFrame } from "@/components/PageFrame";
import { PageSkeleton } from "@/components/PageSkeleton";

export function GalleryPage() {
  return (
    <PageFrame title="Gallery">
      <PageSkeleton />
    </PageFrame>
  );
}
