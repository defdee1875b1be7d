import type { DeviceApp } from "../../api/generated";

/** Bytes of an app and its data; null when the device does not tell. */
export function sizeOf({ appBytes, dataBytes }: DeviceApp): number | null {
  return appBytes === null && dataBytes === null ? null : (appBytes ?? 0) + (dataBytes ?? 0);
}

export interface Order {
  title: string;
  compare: (a: DeviceApp, b: DeviceApp) => number;
}

const byName = (a: DeviceApp, b: DeviceApp) => a.name.localeCompare(b.name);

export const orders: Order[] = [
  { title: "By name", compare: byName },
  { title: "Largest first", compare: (a, b) => (sizeOf(b) ?? 0) - (sizeOf(a) ?? 0) || byName(a, b) },
  { title: "With documents first", compare: (a, b) => Number(b.sharesDocuments) - Number(a.sharesDocuments) || byName(a, b) },
];
