import {
  IconBinaryTree, IconBook2, IconBrain, IconClock, IconCloud, IconFileText, IconFilePencil, IconFiles, IconFlag, IconFolder,
  IconHandStop, IconHash, IconLogicAnd, IconLogicOr, IconMessages, IconNotes, IconPlug, IconQuote, IconRobot, IconSearch,
  IconStack2, IconTerminal2, IconTool, IconUser, IconUsersGroup, IconWand, IconWorld, type IconProps,
} from "@tabler/icons-react";
import type { ComponentType as ReactComponentType } from "react";

import type { ComponentType } from "@/api/types";

type Icon = ReactComponentType<IconProps>;

/** The names the registry uses; one that is not here falls back to its component type's icon. */
const BY_NAME: Record<string, Icon> = {
  robot: IconRobot, user: IconUser, users: IconUsersGroup, "users-group": IconUsersGroup, brain: IconBrain, search: IconSearch,
  "file-text": IconFileText, "file-pencil": IconFilePencil, pencil: IconFilePencil, "file-plus": IconFilePencil, files: IconFiles,
  folder: IconFolder, list: IconFiles, clock: IconClock, tool: IconTool, wand: IconWand, world: IconWorld, cloud: IconCloud,
  hash: IconHash, quote: IconQuote, flag: IconFlag, "hand-stop": IconHandStop, "player-stop": IconHandStop,
  "logic-and": IconLogicAnd, "logic-or": IconLogicOr, messages: IconMessages, notes: IconNotes, book: IconBook2, plug: IconPlug,
  stack: IconStack2, terminal: IconTerminal2, "binary-tree": IconBinaryTree, "refresh": IconUsersGroup,
};

const BY_TYPE: Record<ComponentType, Icon> = {
  agent: IconRobot, team: IconUsersGroup, model: IconBrain, tool: IconTool, workbench: IconPlug, termination: IconFlag,
  memory: IconStack2, chat_completion_context: IconMessages, code_executor: IconTerminal2,
};

interface ComponentIconProps extends Omit<IconProps, "name" | "type"> {
  name?: string | null;
  type?: ComponentType | null;
}

export function ComponentIcon({ name, type, size = 16, stroke = 1.75, ...rest }: ComponentIconProps) {
  const Icon = (name && BY_NAME[name.replace(/^Icon/, "").toLowerCase()]) || (type && BY_TYPE[type]) || IconTool;
  return <Icon size={size} stroke={stroke} aria-hidden {...rest} />;
}
