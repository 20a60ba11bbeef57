export type PanelName = "problems" | "json" | "history" | "run";
