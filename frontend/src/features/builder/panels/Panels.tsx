import { HistoryPanel } from "./HistoryPanel";
import { JsonPanel } from "./JsonPanel";
import type { PanelName } from "./panel-name";
import { ProblemsPanel } from "./ProblemsPanel";
import { RunPanel } from "./RunPanel";

interface PanelsProps {
  panel: PanelName | null;
  onPanel: (panel: PanelName | null) => void;
  /** A problem was chosen: the inspector should be seen. */
  onGo?: () => void;
}

/** The one panel that is open over the canvas. */
export function Panels({ panel, onPanel, onGo }: PanelsProps) {
  const close = () => onPanel(null);
  switch (panel) {
    case "problems":
      return <ProblemsPanel onClose={close} onGo={() => onGo?.()} />;
    case "json":
      return <JsonPanel onClose={close} />;
    case "history":
      return <HistoryPanel onClose={close} />;
    case "run":
      return <RunPanel onClose={close} onShowProblems={() => onPanel("problems")} />;
    case null:
      return null;
  }
}
