import { expect, test } from "vitest";
import { guessBits, strength } from "./strength";

const level = (password: string) => strength(password).level;

test("what is tried first is weak, however long it is", () => {
  for (const easy of ["1234", "password", "Passw0rd!", "iloveyou2024", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "qwertyuiop", "Summer2025!"]) {
    expect([easy, level(easy)]).toEqual([easy, "weak"]);
  }
});

test("length and variety count", () => {
  expect(level("kuqxwm")).toBe("weak");
  expect(level("kuqxwmfb")).toBe("weak");
  expect(level("kuqxwmfbtr")).toBe("fair");
  expect(level("correct horse battery staple")).toBe("strong");
  expect(level("T7#qv!Lm2@xR")).toBe("strong");
  expect(guessBits("xkfq9w")).toBeGreaterThan(guessBits("xkfqbw"));
});

test("nothing typed is nothing, and hints say what would help", () => {
  expect(strength("")).toMatchObject({ score: 0, level: "weak" });
  expect(strength("monkey77xq").hint).toContain("tried first");
  expect(strength("kvqx").hint).toContain("Longer");
  expect(strength("correct horse battery staple").score).toBe(4);
});

test("other scripts are welcome", () => {
  expect(level("пароль из четырёх слов")).not.toBe("weak");
});
