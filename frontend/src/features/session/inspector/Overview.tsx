import { Link } from "react-router";

import { AgentAvatar } from "@/components/AgentAvatar";
import { Money } from "@/components/Money";
import { formatDateTime, formatDuration } from "@/lib/format";
import type { RunView } from "@/run-model";

import { useColorOf, useSession } from "../model/session-context";
import { Facts, Section } from "./Facts";
import classes from "./inspector.module.css";

/** The run in numbers, as long as nothing is selected. */
export function Overview() {
  const { run, view } = useSession();
  const { tokens, cost } = view;
  return (
    <div className={classes.inspector}>
      <header className={classes.head}><h2 className={classes.title}>This run</h2><span className={classes.where}>Select anything to inspect it</span></header>
      <div className={classes.panel}>
        <Facts
          facts={[
            ["Started", view.startedAt === null ? "not yet" : formatDateTime(new Date(view.startedAt).toISOString())],
            ["Ended", view.endedAt === null ? null : formatDateTime(new Date(view.endedAt).toISOString())],
            ["Model calls", view.modelCalls],
            ["Tokens in", tokens.prompt.toLocaleString()],
            ["Of them cached", tokens.cached?.toLocaleString()],
            ["Tokens out", tokens.completion.toLocaleString()],
            ["Cost", <Money key="cost" usd={cost.unknownCalls > 0 && cost.usd === "0" ? null : cost.usd} unknown={cost.unknownCalls > 0} />],
            ["Because", view.stopReason],
            ["Run before", run.previous_run && <Link key="previous" to={`/runs/${run.previous_run}`}>run {run.number - 1} of this session</Link>],
          ]}
        />
        {view.lanes.length > 0 && <Agents view={view} />}
      </div>
    </div>
  );
}

interface AgentSums {
  model: number;
  tool: number;
  wait: number;
}

function sumsByAgent(view: RunView): Map<string, AgentSums> {
  const sums = new Map<string, AgentSums>();
  for (const bar of view.bars) {
    const agent = sums.get(bar.agentPath) ?? { model: 0, tool: 0, wait: 0 };
    agent[bar.type] += (bar.end ?? view.lastAt) - bar.start;
    sums.set(bar.agentPath, agent);
  }
  return sums;
}

function Agents({ view }: { view: RunView }) {
  const colorOf = useColorOf();
  const sums = sumsByAgent(view);
  return (
    <Section title="Agents">
      <div className={classes.scrollX}>
        <table className={classes.table}>
          <thead><tr><th scope="col">Agent</th><th scope="col">Turns</th><th scope="col">Model</th><th scope="col">Tools</th><th scope="col">Waiting</th></tr></thead>
          <tbody>
            {view.lanes.map(({ agentPath, name }) => {
              const agent = sums.get(agentPath);
              return (
                <tr key={agentPath}>
                  <th scope="row"><span className={classes.agent}><AgentAvatar name={name} color={colorOf(agentPath)} size={20} /><span className="clip" title={agentPath}>{name}</span></span></th>
                  <td>{view.turnCounts.get(agentPath) ?? 0}</td>
                  <td>{agent?.model ? formatDuration(agent.model) : "–"}</td>
                  <td>{agent?.tool ? formatDuration(agent.tool) : "–"}</td>
                  <td>{agent?.wait ? formatDuration(agent.wait) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
