import { expect, test } from "vitest";
import { batteryFacts, healthOf, sharesOf } from "./health";

const battery = { cycles: 412, designMah: 3200, fullMah: 2816, percent: 76, charging: true, temperature: 2940 };

test("what a battery still holds", () => {
  expect(healthOf(battery)).toBe(88);
  expect(healthOf({ ...battery, fullMah: 3300 })).toBe(100);
  expect(healthOf({ ...battery, designMah: null })).toBeNull();
  expect(batteryFacts(battery).map(([, fact]) => fact)).toEqual(["76%, charging", "412", "2,816 mAh", "3,200 mAh", "29.4 °C"]);
  expect(batteryFacts({ cycles: null, designMah: null, fullMah: null, percent: null, charging: null, temperature: null })).toEqual([]);
});

test("shares add up to what is used", () => {
  const shares = sharesOf({ total: 128, available: 50, system: 12, apps: 30, photos: 20, other: null });
  expect(shares).toEqual([
    { title: "Apps", size: 30 },
    { title: "Photos", size: 20 },
    { title: "System", size: 12 },
    { title: "Other", size: 16 },
  ]);
  expect(sharesOf({ total: 10, available: null, system: null, apps: null, photos: null, other: 3 }).at(-1)).toEqual({ title: "Other", size: 3 });
});
