import {
  IconAlertTriangle, IconApi, IconArrowsShuffle, IconArrowsVertical, IconBinaryTree, IconBook2, IconBookmarkPlus, IconBraces, IconBrain,
  IconBrandAzure, IconBrandDocker, IconBrandOpenai, IconBrandPython, IconBuildingStore, IconCalculator, IconClock, IconClockPause,
  IconCloud, IconCoins, IconDatabase, IconDatabaseSearch, IconFileDiff, IconFilePencil, IconFileText, IconFileX, IconFiles, IconFilter,
  IconFlag, IconFolder, IconHandClick, IconHandStop, IconHash, IconInfinity, IconLetterA, IconLogicAnd, IconLogicOr, IconMathFunction,
  IconMessage, IconMessage2Exclamation, IconMessages, IconNotes, IconPlayerTrackNext, IconPlug, IconPlugConnected, IconQuote, IconRobot,
  IconRobotFace, IconRotateClockwise, IconRoute, IconRulerMeasure, IconScript, IconSearch, IconServer, IconSitemap, IconStack2, IconTable,
  IconTerminal2, IconTool, IconTools, IconTransfer, IconUser, IconUserCheck, IconUserSearch, IconUsersGroup, IconWand, IconWorld,
  IconWorldSearch, IconWorldWww, type IconProps,
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
  filter: IconFilter, "terminal-2": IconTerminal2, "rotate-clockwise": IconRotateClockwise, "user-search": IconUserSearch,
  "arrows-shuffle": IconArrowsShuffle, sitemap: IconSitemap, route: IconRoute, "building-store": IconBuildingStore,
  "brand-openai": IconBrandOpenai, "letter-a": IconLetterA, "brand-azure": IconBrandAzure, server: IconServer, database: IconDatabase,
  "player-track-next": IconPlayerTrackNext, script: IconScript, "file-diff": IconFileDiff, "file-x": IconFileX, calculator: IconCalculator,
  "world-www": IconWorldWww, "world-search": IconWorldSearch, table: IconTable, api: IconApi, "bookmark-plus": IconBookmarkPlus,
  "robot-face": IconRobotFace, "brand-python": IconBrandPython, "brand-docker": IconBrandDocker, "alert-triangle": IconAlertTriangle,
  tools: IconTools, "plug-connected": IconPlugConnected, braces: IconBraces, "message-2-exclamation": IconMessage2Exclamation,
  "user-check": IconUserCheck, message: IconMessage, transfer: IconTransfer, coins: IconCoins, "clock-pause": IconClockPause,
  "hand-click": IconHandClick, "math-function": IconMathFunction, infinity: IconInfinity, "stack-2": IconStack2,
  "arrows-vertical": IconArrowsVertical, "ruler-measure": IconRulerMeasure, "database-search": IconDatabaseSearch,
};

const BY_TYPE: Record<ComponentType, Icon> = {
  agent: IconRobot, team: IconUsersGroup, model: IconBrain, tool: IconTool, workbench: IconPlug, termination: IconFlag,
  memory: IconStack2, chat_completion_context: IconMessages, code_executor: IconTerminal2, structured_message: IconBraces,
};

interface ComponentIconProps extends Omit<IconProps, "name" | "type"> {
  name?: string | null;
  type?: ComponentType | null;
}

export function ComponentIcon({ name, type, size = 16, stroke = 1.75, ...rest }: ComponentIconProps) {
  const Icon = (name && BY_NAME[name.replace(/^Icon/, "").toLowerCase()]) || (type && BY_TYPE[type]) || IconTool;
  return <Icon size={size} stroke={stroke} aria-hidden {...rest} />;
}
