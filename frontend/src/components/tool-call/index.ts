export { AnswerPanel } from "./AnswerPanel";
export { ArgumentsView } from "./ArgumentsView";
export { DeadlineText } from "./DeadlineText";
export { DecisionPanel } from "./DecisionPanel";
export { RequestCard } from "./RequestCard";
export { type Subject, subjectOfApproval, subjectOfInput, subjectOfRequest } from "./subject";
export { ToolCallCard } from "./ToolCallCard";
export { VisibleText } from "./VisibleText";
export { decisionSentence, EFFECT } from "./wording";
