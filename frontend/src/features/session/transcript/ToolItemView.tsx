import { useQueryClient } from "@tanstack/react-query";

import { DecisionPanel, RequestCard, subjectOfApproval, ToolCallCard } from "@/components/tool-call";
import type { ToolItem } from "@/run-model";

import { useColorOf, useSession } from "../model/session-context";

interface ToolItemViewProps {
  item: ToolItem;
  selected: boolean;
  onSelect: (id: number) => void;
}

export function ToolItemView({ item, selected, onSelect }: ToolItemViewProps) {
  const { decideBlocked, controller } = useSession();
  const client = useQueryClient();
  const colorOf = useColorOf();
  const open = item.approvals.find((approval) => approval.decision === null && !approval.cancelled);
  if (open === undefined) {
    return <ToolCallCard call={item} selected={selected} onSelect={() => onSelect(item.id)} />;
  }
  const subject = subjectOfApproval(open);
  const reload = (): void => {
    controller.reconnect();
    void client.invalidateQueries({ queryKey: ["approvals"] });
  };
  return (
    <ToolCallCard call={item} selected={selected} onSelect={() => onSelect(item.id)} request={<RequestCard subject={subject} color={colorOf(item.agentPath)} />}>
      <DecisionPanel key={open.requestId} subject={subject} disabledReason={decideBlocked} keys={selected ? "page" : "card"} onReload={reload} />
    </ToolCallCard>
  );
}
