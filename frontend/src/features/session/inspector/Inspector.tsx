import { ActionIcon, Tabs } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";

import { AgentAvatar } from "@/components/AgentAvatar";
import type { Item } from "@/run-model";
import { agentName } from "@/run-model";

import { useColorOf, useSession } from "../model/session-context";
import { EventsTab } from "./EventsTab";
import { ModelDetails, ModelRequest, ModelResponse } from "./ModelTabs";
import { Overview } from "./Overview";
import { ItemDetails } from "./ItemDetails";
import classes from "./inspector.module.css";

/** Everything recorded about what is selected; with nothing selected, about the run. */
export function Inspector() {
  const { view, selectedId, select } = useSession();
  const item = selectedId === null ? undefined : findItem(view.items, selectedId);
  if (item === undefined) return <Overview />;
  return (
    <div className={classes.inspector}>
      <Head item={item} onClose={() => select(null)} />
      <ItemTabs key={item.type} item={item} />
    </div>
  );
}

/** Items stand in order of their ids, which are sequence numbers. */
function findItem(items: { length: number; get: (index: number) => Item | undefined }, id: number): Item | undefined {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const item = items.get(middle);
    if (item === undefined || item.id === id) return item;
    if (item.id < id) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function Head({ item, onClose }: { item: Item; onClose: () => void }) {
  const colorOf = useColorOf();
  const name = agentName(item.agentPath);
  return (
    <header className={classes.head}>
      {name !== "" && <AgentAvatar name={name} color={colorOf(item.agentPath)} size={20} />}
      <h2 className={classes.title}>{titleOf(item)}</h2>
      <span className={classes.where}>{name !== "" && `${item.agentPath} · `}turn {item.turn} · event {item.id}</span>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close inspector" onClick={onClose}><IconX size={14} /></ActionIcon>
    </header>
  );
}

function titleOf(item: Item): string {
  switch (item.type) {
    case "task":
      return "Task";
    case "model":
      return "Model call";
    case "message":
      return item.message.type;
    case "tool":
      return item.tool;
    case "input":
      return "Question";
    case "notice":
    case "end":
      return item.payload.kind;
    case "unknown":
      return item.kind;
  }
}

function ItemTabs({ item }: { item: Item }) {
  const [tab, setTab] = useState<string | null>("details");
  const model = item.type === "model" ? item : null;
  return (
    <Tabs value={tab} onChange={setTab} keepMounted={false} className={classes.tabs} classNames={{ panel: classes.panel }}>
      <Tabs.List>
        <Tabs.Tab value="details">Details</Tabs.Tab>
        {model !== null && <Tabs.Tab value="request">Request</Tabs.Tab>}
        {model !== null && <Tabs.Tab value="response">Response</Tabs.Tab>}
        <Tabs.Tab value="events">Events</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="details">{item.type === "model" ? <ModelDetails item={item} /> : <ItemDetails item={item} />}</Tabs.Panel>
      {model !== null && <Tabs.Panel value="request"><ModelRequest item={model} /></Tabs.Panel>}
      {model !== null && <Tabs.Panel value="response"><ModelResponse item={model} /></Tabs.Panel>}
      <Tabs.Panel value="events"><EventsTab seqs={item.seqs} /></Tabs.Panel>
    </Tabs>
  );
}
