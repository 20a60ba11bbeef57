import { GalleryGrid } from "@/components/gallery-team/GalleryGrid";
import { PageFrame } from "@/components/PageFrame";

export function GalleryPage() {
  return (
    <PageFrame title="Gallery" lead="Teams that are ready to run. Using one makes a copy that is yours to change." wide>
      <GalleryGrid />
    </PageFrame>
  );
}
