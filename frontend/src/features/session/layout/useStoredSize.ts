import { useLocalStorage } from "@mantine/hooks";

/** A panel's size that survives the visit; what is stored is not trusted to be a sensible number. */
export function useStoredSize(name: string, initial: number, min: number, max: number): [number, (size: number) => void] {
  const [stored, setStored] = useLocalStorage<number>({ key: `troupe.session.${name}`, defaultValue: initial, getInitialValueInEffect: false });
  const clamp = (size: number): number => Math.max(min, Math.min(max, size));
  const size = typeof stored === "number" && Number.isFinite(stored) ? clamp(stored) : initial;
  return [size, (next) => setStored(clamp(next))];
}
