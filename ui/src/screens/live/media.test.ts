// @vitest-environment jsdom
import { expect, test } from "vitest";
import type { DeviceFile } from "../../api/generated";
import { asRoll, fileName, signOf } from "./media";

const file = (name: string, size: number): DeviceFile => ({ name, path: `DCIM/100APPLE/${name}`, kind: "file", size, modified: null });

test("folders follow each other without a gap", () => {
  const roll = asRoll([
    ["101APPLE", [file("IMG_1.HEIC", 3), file("IMG_2.MOV", 4)]],
    ["100APPLE", [file("IMG_0.JPG", 5)]],
  ]);
  expect(roll.sections).toEqual([
    { title: "101APPLE", from: 0, count: 2 },
    { title: "100APPLE", from: 2, count: 1 },
  ]);
  expect([roll.files.length, roll.bytes]).toEqual([3, 12]);
});

test("a file’s ending says what it is", () => {
  expect(["a.HEIC", "b.mov", "c.AAE", "noending"].map((name) => signOf(file(name, 1)))).toEqual(["photos", "video", "file", "file"]);
  expect(signOf({ ...file("d", 0), kind: "folder" })).toBe("folder");
});

test("a path ends in a file’s name on any system", () => {
  expect(["/home/ada/a b.txt", "C:\\Users\\ada\\b.txt", "c.txt"].map(fileName)).toEqual(["a b.txt", "b.txt", "c.txt"]);
});
