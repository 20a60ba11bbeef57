import { useEffect, useLayoutEffect, useRef, useState } from "react";

/** This close to the end counts as the end. */
const NEAR_PX = 48;

function toEnd(element: HTMLElement | null): void {
  element?.scrollTo({ top: element.scrollHeight });
}

/**
 * Keeps the end in sight while the reader is there, and leaves the text alone while it is not.
 * Only a person's own scrolling changes which of the two it is. Attach `scroller` to what
 * scrolls and `content` to what grows inside it.
 */
export function useFollow(revision: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const sticky = useRef(true);

  useEffect(() => {
    sticky.current = following;
  }, [following]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let last = element.scrollTop;
    const onScroll = (): void => {
      const nearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      const up = element.scrollTop < last - 1;
      last = element.scrollTop;
      // Content that shrinks moves the position too; only upward movement away from the end leaves it.
      if (!nearEnd && !up) return;
      sticky.current = nearEnd;
      setFollowing(nearEnd);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, []);

  useEffect(() => {
    const element = content.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (sticky.current) toEnd(scroller.current);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (sticky.current) toEnd(scroller.current);
  }, [revision]);

  const jump = (): void => {
    sticky.current = true;
    setFollowing(true);
    toEnd(scroller.current);
  };
  return { scroller, content, following, jump };
}
