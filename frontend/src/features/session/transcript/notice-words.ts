/** What the run's own events say to a person. Pure. */
import type { NoticeItem } from "@/run-model";

export interface NoticeWords {
  readonly tone: "quiet" | "warn" | "bad";
  readonly title: string;
  readonly detail: string;
  readonly hint: string | null;
}

const KEY_TROUBLE = /auth|key|credential|permission|forbidden|billing|quota|unauthori[sz]ed|401|403/i;

/** Whether Settings is where this is put right. */
export function isKeyTrouble(code: string): boolean {
  return KEY_TROUBLE.test(code);
}

function by(name: string | undefined): string {
  return name === undefined ? "" : ` by ${name}`;
}

export function noticeWords(p: NoticeItem["payload"]): NoticeWords {
  switch (p.kind) {
    case "run.warned":
      return { tone: "warn", title: "Warning", detail: p.detail, hint: null };
    case "run.paused":
      return { tone: p.by === null ? "bad" : "warn", title: `Paused${by(p.by?.name)}`, detail: p.detail, hint: p.hint };
    case "run.parked":
      return { tone: "quiet", title: "Waiting", detail: p.waits.map((wait) => wait.detail || wait.kind).join(", "), hint: null };
    case "run.requeued":
      return { tone: "quiet", title: `Resumed${by(p.by?.name)}`, detail: p.reason, hint: null };
    case "run.lease_expired":
      return { tone: "warn", title: "Its worker was lost", detail: "Another one goes on from the last recorded step; nothing recorded is repeated.", hint: null };
    case "run.quarantined":
      return { tone: "bad", title: "Quarantined", detail: p.detail, hint: "Look at the last events before you resume it." };
    case "memory.queried":
      return { tone: "quiet", title: `Remembered from ${p.memory}`, detail: p.results.map((item) => item.content).join(" · ").slice(0, 600), hint: null };
    case "turn.ended":
      return { tone: "warn", title: "Interrupted", detail: `A time limit ended this turn before ${p.speaker} had spoken. What was recorded until then stays.`, hint: null };
    case "command.received":
      if (p.command === "end") return { tone: "quiet", title: `Asked to end after this turn${by(p.by.name)}`, detail: p.reason, hint: null };
      return { tone: "quiet", title: `Asked to ${p.command}${by(p.by.name)}`, detail: p.reason, hint: null };
  }
}
