import type { BatteryHealth, StorageUse } from "../../api/generated";
import { number } from "../../parts/format";
import type { Share } from "../../parts/Shares.svelte";

/** Percent of its first capacity that a battery still holds; null when the device does not tell. */
export function healthOf({ designMah, fullMah }: BatteryHealth): number | null {
  if (!designMah || !fullMah) return null;
  return Math.min(100, Math.round((fullMah / designMah) * 100));
}

export function batteryFacts({ percent, charging, cycles, designMah, fullMah, temperature }: BatteryHealth): [string, string][] {
  const facts: [string, string | null][] = [
    ["Charged", percent === null ? null : `${percent}%${charging ? ", charging" : ""}`],
    ["Charging cycles", cycles === null ? null : number(cycles)],
    ["Holds now", fullMah ? `${number(fullMah)} mAh` : null],
    ["Held when new", designMah ? `${number(designMah)} mAh` : null],
    ["Temperature", temperature === null ? null : `${(temperature / 100).toFixed(1)} °C`],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

/** What takes up the storage, largest first, what the device does not name at the end. */
export function sharesOf({ total, available, system, apps, photos, other }: StorageUse): Share[] {
  const named = [
    { title: "System", size: system ?? 0 },
    { title: "Apps", size: apps ?? 0 },
    { title: "Photos", size: photos ?? 0 },
  ].sort((a, b) => b.size - a.size);
  const used = Math.max(0, (total ?? 0) - (available ?? total ?? 0));
  const rest = used - named.reduce((sum, { size }) => sum + size, 0);
  return [...named, { title: "Other", size: Math.max(0, other ?? rest) }];
}
