import { ActionIcon, Kbd, SegmentedControl, Skeleton, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconChevronRight, IconChevronsLeft, IconGripVertical, IconLink, IconSearch } from "@tabler/icons-react";
import { useState, type DragEvent, type RefObject } from "react";

import { ComponentIcon } from "@/components/ComponentIcon";
import { ErrorState } from "@/components/ErrorState";

import { useBuilder } from "./context";
import { DRAG_TYPE, searchGroups, type PaletteGroup, type PaletteItem } from "./palette-items";
import { usePaletteGroups, usePlaceItem } from "./usePlaceItem";
import classes from "./builder.module.css";

interface PaletteProps {
  searchRef: RefObject<HTMLInputElement | null>;
  onFold?: () => void;
  onAdded?: () => void;
}

function Item({ item, onAdd, disabled }: { item: PaletteItem; onAdd: () => void; disabled: boolean }) {
  const drag = (event: DragEvent) => {
    event.dataTransfer.setData(DRAG_TYPE, item.key);
    event.dataTransfer.effectAllowed = "copy";
  };
  return (
    <li>
      <Tooltip label={item.summary} position="right">
        <UnstyledButton className={classes.item} draggable={!disabled} onDragStart={drag} onClick={onAdd} disabled={disabled} aria-label={`Add ${item.label}`}>
          <span className={classes.itemIcon}><ComponentIcon name={item.icon} type={item.componentType} /></span>
          <span className={`${classes.itemLabel} clip`}>{item.label}</span>
          {item.definition ? <IconLink size={14} className={classes.grip} aria-hidden /> : <IconGripVertical size={14} className={classes.grip} aria-hidden />}
        </UnstyledButton>
      </Tooltip>
    </li>
  );
}

/** Everything that can be added: drag it onto the canvas, or pick it to add it beside the selection. */
export function Palette({ searchRef, onFold, onAdded }: PaletteProps) {
  const { readOnly, store } = useBuilder();
  const { groups, pending, error } = usePaletteGroups();
  const place = usePlaceItem();
  const [search, setSearch] = useState("");
  const [as, setAs] = useState<"link" | "copy">("link");
  const [folds, setFolds] = useLocalStorage<Record<string, boolean>>({ key: "troupe.palette.folds", defaultValue: {} });
  const found = searchGroups(groups, search);
  const isOpen = (group: PaletteGroup) => search !== "" || !(folds[group.title] ?? group.folded ?? false);
  const toggle = (group: PaletteGroup) => setFolds({ ...folds, [group.title]: isOpen(group) });
  const add = (item: PaletteItem) => {
    // Read when it is needed: the palette need not be drawn anew at every keystroke elsewhere.
    const { selected, doc } = store.getState();
    const count = doc.layout.loose?.length ?? 0;
    void place(item.key, { path: selected ?? "$", looseAt: { x: 32 + count * 24, y: -64 - count * 24 } }, as);
    onAdded?.();
  };
  return (
    <aside className={classes.palette} aria-label="Palette">
      <div className={classes.paletteHead}>
        <TextInput ref={searchRef} size="xs" value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder="Find" aria-label="Search the palette"
          leftSection={<IconSearch size={14} />} rightSection={<Kbd size="xs">/</Kbd>} style={{ flex: 1 }}
          onKeyDown={(event) => {
            const first = found[0]?.items[0];
            if (event.key === "Enter" && first && search) add(first);
            if (event.key === "Escape") setSearch("");
          }} />
        {onFold && <Tooltip label="Fold the palette"><ActionIcon variant="subtle" color="gray" aria-label="Fold the palette" onClick={onFold}><IconChevronsLeft size={16} /></ActionIcon></Tooltip>}
      </div>
      <div className={classes.paletteBody}>
        {pending && [...Array(8).keys()].map((n) => <Skeleton key={n} height={32} mb={4} />)}
        {error !== null && <ErrorState error={error} compact />}
        {found.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <div className={classes.groupHead}>
              <h2 className={classes.groupTitle}>
                <UnstyledButton className={classes.groupToggle} onClick={() => toggle(group)} aria-expanded={isOpen(group)} disabled={search !== ""} aria-label={`${group.title}, ${group.items.length}`}>
                  <IconChevronRight size={14} aria-hidden />
                  {group.title}
                  <span className={classes.groupCount}>{group.items.length}</span>
                </UnstyledButton>
              </h2>
              {group.title === "Library" && (
                <SegmentedControl size="xs" value={as} onChange={(next) => setAs(next as "link" | "copy")} data={[{ value: "link", label: "Link" }, { value: "copy", label: "Copy" }]} aria-label="Add library components as" />
              )}
            </div>
            {isOpen(group) && <ul className={classes.items}>{group.items.map((item) => <Item key={item.key} item={item} onAdd={() => add(item)} disabled={readOnly} />)}</ul>}
          </section>
        ))}
        {!pending && found.length === 0 && <p className={classes.quiet}>Nothing matches “{search}”.</p>}
      </div>
    </aside>
  );
}
