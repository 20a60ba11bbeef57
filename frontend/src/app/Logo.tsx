/** Three players on one stage: the mark of Troupe. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 28 28" aria-hidden style={{ flex: "none" }}>
      <rect width="28" height="28" rx="7" fill="var(--t-accent)" />
      <path d="M5.5 18.5c2.6 2.9 14.4 2.9 17 0" stroke="var(--t-panel)" strokeWidth="2" fill="none" strokeLinecap="round" />
      <circle cx="8" cy="11.6" r="2.3" fill="var(--t-panel)" />
      <circle cx="14" cy="9.2" r="2.9" fill="var(--t-panel)" />
      <circle cx="20" cy="11.6" r="2.3" fill="var(--t-panel)" />
    </svg>
  );
}
