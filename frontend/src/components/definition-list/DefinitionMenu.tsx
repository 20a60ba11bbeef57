import { ActionIcon, Menu } from "@mantine/core";
import { IconArchive, IconCopy, IconDots, IconDownload, IconPencil } from "@tabler/icons-react";

import { exportUrl } from "@/api/definitions";
import { useAbility } from "@/api/me";
import type { Definition } from "@/api/types";

interface DefinitionMenuProps {
  definition: Definition;
  onRename: () => void;
  onDuplicate: () => void;
  onArchive: () => void;
}

export function DefinitionMenu({ definition, onRename, onDuplicate, onArchive }: DefinitionMenuProps) {
  const { allowed, reason } = useAbility("edit");
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${definition.name}`}><IconDots size={18} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {!allowed && <Menu.Label>{reason}</Menu.Label>}
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={onRename} disabled={!allowed}>Rename</Menu.Item>
        <Menu.Item leftSection={<IconCopy size={16} />} onClick={onDuplicate} disabled={!allowed}>Duplicate</Menu.Item>
        <Menu.Item leftSection={<IconDownload size={16} />} component="a" href={exportUrl(definition.id)} download>Export JSON</Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconArchive size={16} />} onClick={onArchive} disabled={!allowed}>Archive</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
