import { createContext, useContext } from "react";

/** Leads to a component inside the one being edited, by its keys in that one's config. */
export type OpenSlot = (keys: readonly (string | number)[]) => void;

/** Null: there is nowhere to go, and the component is edited where it stands. */
export const SlotOpener = createContext<OpenSlot | null>(null);

export const useOpenSlot = () => useContext(SlotOpener);
