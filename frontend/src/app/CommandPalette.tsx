import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { definitionsQuery } from "@/api/definitions";
import { runsQuery } from "@/api/runs";
import { useRegisteredCommands } from "@/lib/commands";

const PAGES = [
  ["Home", "/"], ["Teams", "/teams"], ["Library", "/library"], ["Gallery", "/gallery"], ["Sessions", "/sessions"],
  ["Approvals", "/approvals"], ["Settings: models and keys", "/settings/models"], ["Settings: approvals policy", "/settings/policy"],
  ["Settings: API tokens", "/settings/tokens"], ["Settings: account", "/settings/account"], ["Settings: appearance", "/settings/appearance"],
] as const;

function useAppActions(): SpotlightActionData[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "dark" ? "light" : "dark";
  return [
    { id: "new-team", label: "New team", onClick: () => void navigate("/teams?new=1") },
    { id: "theme", label: `Switch to ${next} theme`, onClick: () => setColorScheme(next) },
    ...PAGES.map(([label, to]) => ({ id: to, label: `Go to ${label}`, onClick: () => void navigate(to) })),
  ];
}

/** Every action with its shortcut, every team and recent run, one keystroke away. */
export function CommandPalette() {
  const navigate = useNavigate();
  const teams = useQuery(definitionsQuery({ component_type: "team" }));
  const runs = useQuery(runsQuery({ limit: 20 }));
  const commands = useRegisteredCommands().filter((command) => !command.disabled);
  const groups: SpotlightActionGroupData[] = [
    { group: "On this page", actions: commands.map(({ id, label, description, shortcut, run }) => ({ id, label, description, rightSection: shortcut ? <kbd className="mono">{shortcut}</kbd> : undefined, onClick: run })) },
    { group: "Teams", actions: (teams.data?.results ?? []).map((team) => ({ id: team.id, label: team.name, description: team.description, onClick: () => void navigate(`/teams/${team.id}`) })) },
    { group: "Recent runs", actions: (runs.data?.results ?? []).map((run) => ({ id: run.id, label: run.task.slice(0, 80), description: `${run.team.name}, ${run.state}`, onClick: () => void navigate(`/runs/${run.id}`) })) },
    { group: "Everywhere", actions: useAppActions() },
  ];
  return (
    <Spotlight
      actions={groups.filter((group) => group.actions.length > 0)}
      shortcut={["mod + K"]}
      nothingFound="Nothing matches. Try the name of a team or a screen."
      highlightQuery
      scrollable
      maxHeight={440}
      limit={40}
      overlayProps={{ blur: 0 }}
      searchProps={{ placeholder: "Search teams, runs and commands", "aria-label": "Search commands" }}
    />
  );
}
