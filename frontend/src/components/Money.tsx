import { formatMoney } from "@/lib/format";

/** Cost so far; an unknown price is said, never shown as zero. */
export function Money({ usd, unknown }: { usd: string | null; unknown?: boolean }) {
  if (usd === null) return <span title="The price of this model is not known">cost unknown</span>;
  return <span className="tabular" title={unknown ? `At least $${usd}: some calls have no known price` : `$${usd}`}>{unknown ? "≥ " : ""}{formatMoney(usd)}</span>;
}
