import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconLayoutGrid } from "@tabler/icons-react";

import { galleryQuery } from "@/api/gallery";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";

import { GalleryCard } from "./GalleryCard";
import classes from "./GalleryCard.module.css";

export function GalleryGrid({ limit }: { limit?: number }) {
  const gallery = useQuery(galleryQuery);
  if (gallery.isError) return <ErrorState error={gallery.error} onRetry={() => void gallery.refetch()} />;
  if (gallery.isPending) return <div className={classes.grid} role="status" aria-label="Loading">{[0, 1, 2].map((n) => <Skeleton key={n} height={300} />)}</div>;
  const teams = gallery.data.results.slice(0, limit);
  if (teams.length === 0) return <EmptyState icon={IconLayoutGrid} title="The gallery is empty">This server ships no ready teams. Build one from blank under Teams.</EmptyState>;
  return <div className={classes.grid}>{teams.map((team) => <GalleryCard key={team.slug} team={team} />)}</div>;
}
