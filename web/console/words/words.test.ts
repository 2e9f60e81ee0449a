import { describe, expect, it } from "vitest";
import type { Office } from "../api/types";
import { digits, reportNumber, shortNumber } from "./digits";
import { proposeOffice } from "./match";
import { clock, header, hourMinute, isNight, isoDay, left, tenths, timeAt, timeOfDay } from "./time";

describe("report numbers aloud", () => {
  it.each([
    ["KALTIM/2026/11/23/0042", "id", "dua tiga sebelas, nol nol empat dua"],
    ["KALTIM/2026/10/05/0100", "id", "nol lima sepuluh, nol satu nol nol"],
    ["KALTIM-BPN/2026/01/09/0007", "id", "nol sembilan nol satu, nol nol nol tujuh"],
    ["KALTIM/2026/12/31/12345", "id", "tiga satu dua belas, satu dua tiga empat lima"],
    ["KALTIM/2026/11/25/K-07", "id", "dua lima sebelas, ka nol tujuh"],
    ["KALTIM/2026/11/23/0042", "en", "two three one one, zero zero four two"],
  ] as const)("%s in %s", (no, lang, said) => expect(reportNumber(no, lang)).toBe(said));
  it("reads any other text digit by digit", () => expect(reportNumber("12-A", "id")).toBe("satu dua"));
  it("leaves signs out", () => expect(digits("0-1", "en")).toBe("zero one"));
  it("shortens to the running number", () => expect(shortNumber("KALTIM/2026/11/23/0042")).toBe("0042"));
});

describe("times", () => {
  it("counts up by whole seconds", () => {
    expect(clock(133_900)).toBe("02:13");
    expect(clock(3_661_000)).toBe("1:01:01");
    expect(clock(-5)).toBe("00:00");
  });
  it("counts down to zero only when it is over", () => {
    expect(left(1)).toBe("00:01");
    expect(left(0)).toBe("00:00");
    expect(left(60_000)).toBe("01:00");
  });
  it("writes tenths as the language does", () => {
    expect(tenths(2340, "id")).toBe("2,3");
    expect(tenths(2340, "en")).toBe("2.3");
    expect(tenths(-10, "en")).toBe("0.0");
  });
  const at = Date.parse("2026-11-23T06:32:08Z");
  it("shows the office's zone, whatever the PC's", () => {
    expect(timeOfDay(at, "Asia/Makassar")).toBe("14:32:08");
    expect(timeOfDay(at, "Asia/Jayapura")).toBe("15:32:08");
    expect(header(at, "Asia/Makassar", "id")).toBe("Sen 23.11 · 14:32:08");
    expect(isoDay(Date.parse("2026-11-23T17:00:00Z"), "Asia/Makassar")).toBe("2026-11-24");
  });
  it("knows the night of the office", () => {
    expect(isNight(at, "Asia/Makassar")).toBe(false);
    expect(isNight(Date.parse("2026-11-23T10:00:00Z"), "Asia/Makassar")).toBe(true);
    expect(isNight(Date.parse("2026-11-23T16:30:00Z"), "Asia/Makassar")).toBe(true);
  });
});

describe("the Polres of a place", () => {
  const office = (id: string, words: string[]) => ({ id, words }) as unknown as Office;
  const all = [
    office("bpn", ["Balikpapan", "Klandasan", "Plaza Balikpapan"]),
    office("smd", ["Samarinda", "Sudirman"]),
    office("ppu", ["Penajam"]),
  ];
  it("goes by the words that people say", () =>
    expect(proposeOffice("dpn plaza balikpapan, Klandasan", all)?.id).toBe("bpn"));
  it("lets the longer match win", () => expect(proposeOffice("Jl. Sudirman, Balikpapan", all)?.id).toBe("bpn"));
  it("knows whole words only", () => expect(proposeOffice("penajaman mata", all)).toBeNull());
  it("proposes nobody for nothing, or for a tie", () => {
    expect(proposeOffice("  ", all)).toBeNull();
    expect(proposeOffice("a b", [office("x", ["a"]), office("y", ["b"])])).toBeNull();
  });
});

describe("times of a paper sheet", () => {
  it.each([
    ["14.32", "14:32"],
    ["1432", "14:32"],
    [" 9:05", "09:05"],
    ["24.00", ""],
    ["1", ""],
    ["12.60", ""],
  ])("%s is %s", (text, time) => expect(hourMinute(text)).toBe(time));
  it("are the office's wall clock", () => {
    expect(timeAt("2026-11-25", "10:31", "Asia/Makassar")).toBe("2026-11-25T02:31:00.000Z");
    expect(timeAt("2026-11-25", "00:05", "Asia/Jayapura")).toBe("2026-11-24T15:05:00.000Z");
    expect(timeAt("2026-11-25", "00:05", "Asia/Makassar", 1)).toBe("2026-11-25T16:05:00.000Z");
  });
});
