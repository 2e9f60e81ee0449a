import { describe, expect, it } from "vitest";
import { actOf, type KeyPress, mustPrevent } from "./keymap";

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  alt: false,
  ctrl: false,
  meta: false,
  shift: false,
  typing: false,
  repeat: false,
  ...change,
});

describe("keys", () => {
  it.each([
    ["F2", "answer"],
    ["F3", "invalid"],
    ["F4", "transfer"],
    ["F6", "leave"],
    ["F8", "take-back"],
    ["F9", "close"],
  ] as const)("%s acts, also while somebody types", (key, act) => {
    expect(actOf(press(key))).toBe(act);
    expect(actOf(press(key, { typing: true }))).toBe(act);
  });
  it("shift F4 asks for another Polres", () => expect(actOf(press("F4", { shift: true }))).toBe("transfer-other"));
  it.each(["F1", "F5", "F11", "F12", "Escape", "Tab", "Enter"])("%s is not ours", (key) =>
    expect(actOf(press(key))).toBeNull(),
  );
  it("Alt+F4 is the system's", () => expect(actOf(press("F4", { alt: true }))).toBeNull());
  it("letters act outside fields, and with Alt inside", () => {
    expect(actOf(press("t"))).toBe("invalid");
    expect(actOf(press("t", { typing: true }))).toBeNull();
    expect(actOf(press("t", { typing: true, alt: true }))).toBe("invalid");
    expect(actOf(press("l", { alt: true, typing: true }))).toBe("leave");
    expect(actOf(press("c", { ctrl: true }))).toBeNull();
  });
  it("a held key acts once", () => expect(actOf(press("F9", { repeat: true }))).toBeNull());
  it("slash and question mark only outside fields", () => {
    expect(actOf(press("/"))).toBe("command");
    expect(actOf(press("?", { shift: true }))).toBe("help");
    expect(actOf(press("/", { typing: true }))).toBeNull();
  });
  it("digits go to panels with Alt, and are a picker's without", () => {
    expect(actOf(press("2", { alt: true }))).toBe("panel-2");
    expect(actOf(press("2", { alt: true, typing: true }))).toBe("panel-2");
    expect(actOf(press("2"))).toBeNull();
  });
  it("keeps F5 for the browser and takes F3, F6, F7, F10 from it", () => {
    expect(["F3", "F6", "F7", "F10"].map(mustPrevent)).toEqual([true, true, true, true]);
    expect(mustPrevent("F5")).toBe(false);
  });
});
