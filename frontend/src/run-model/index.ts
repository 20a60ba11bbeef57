/** What the screens use of the run model. Framework-free: it folds a log and knows no React. */
export { apply, fold } from "./apply";
export { edgeKey } from "./apply-thread";
export { addDecimals, isDecimal } from "./decimal";
export type * from "./events";
export { TERMINAL_KINDS } from "./events";
export type * from "./items";
export { LiveText } from "./live-text";
export { messageText } from "./message-text";
export { PersistentList } from "./persistent-list";
export * from "./playback";
export { KEYFRAME_EVERY, RunLog } from "./run-log";
export * from "./timeline";
export type * from "./view";
export { agentName, emptyView, ENDED, hasEnded, parentPath } from "./view";
