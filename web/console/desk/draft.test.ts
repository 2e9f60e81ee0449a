import { describe, expect, it } from "vitest";
import { matchKinds } from "../parts/kind-field";
import { choices } from "../parts/outcome-keys";
import { backoff, hear, phoneOff } from "../phone/line";
import { call, incident, kinds, outcomes } from "../states/fixtures";
import { begin, fold, unsaved } from "./draft";

describe("the form as it is typed", () => {
  const fresh = begin(call({ incident: "" }));
  it("begins with what the network told, and nothing to save", () => {
    expect(fresh.report.reporterNumber).toBe("0812-3456-7890");
    expect(unsaved(fresh)).toBe(false);
  });
  it("marks what was typed until the server has it", () => {
    let d = fold(fresh, { t: "type", change: { place: "Plaza" } });
    expect([...d.dirty]).toEqual(["place"]);
    d = fold(d, { t: "send" });
    expect(unsaved(d)).toBe(true);
    d = fold(d, { t: "saved", incident: incident({ rev: 1, report: { ...d.report } }), at: 5 });
    expect(unsaved(d)).toBe(false);
    expect(d.savedAt).toBe(5);
  });
  it("keeps keys that were typed while a save was under way", () => {
    let d = fold(fresh, { t: "type", change: { place: "Plaza" } });
    d = fold(d, { t: "send" });
    d = fold(d, { t: "type", change: { place: "Plaza Balikpapan" } });
    d = fold(d, { t: "saved", incident: incident({ rev: 1, report: { ...d.report, place: "Plaza" } }), at: 5 });
    expect(d.report.place).toBe("Plaza Balikpapan");
    expect([...d.dirty]).toEqual(["place"]);
  });
  it("keeps everything when a save fails", () => {
    let d = fold(fresh, { t: "type", change: { place: "Plaza" } });
    d = fold(fold(d, { t: "send" }), { t: "failed" });
    expect([...d.dirty]).toEqual(["place"]);
    expect(d.failed).toBe(true);
  });
  it("takes over what others typed, but never over what is typed here", () => {
    let d = fold(fresh, { t: "type", change: { place: "mine" } });
    d = fold(d, {
      t: "seen",
      incident: incident({ rev: 9, report: { ...incident().report, place: "theirs", reporter: "Budi" } }),
    });
    expect(d.report.place).toBe("mine");
    expect(d.report.reporter).toBe("Budi");
    expect(d.rev).toBe(9);
  });
  it("ignores an older picture that comes late", () => {
    const d = fold(fresh, { t: "seen", incident: incident({ rev: 9 }) });
    expect(
      fold(d, { t: "seen", incident: incident({ rev: 3, report: { ...incident().report, place: "old" } }) }).report
        .place,
    ).not.toBe("old");
  });
});

describe("outcomes that fit", () => {
  const codes = (c: Parameters<typeof choices>[1], asking: Parameters<typeof choices>[2]) =>
    choices(outcomes, c, asking).map((x) => x.outcome.code);
  it("offers the commonest first at the filter, and nothing valid by the Polda", () => {
    const list = codes({ sent: [], polresTalked: false }, "invalid");
    expect(list.slice(0, 2)).toEqual(["kosong", "iseng"]);
    expect(list).not.toContain("valid_polda");
    expect(list).not.toContain("ditutup_polda_diteruskan");
  });
  it("offers what the course of the call allows", () => {
    expect(codes({ sent: ["x"], polresTalked: false }, "close")[0]).toBe("ditutup_polda_diteruskan");
    expect(codes({ sent: ["x"], polresTalked: true }, "close")[0]).toBe("valid_polres");
  });
  it("gives each its own key, and none that another question uses", () => {
    const keys = choices(outcomes, { sent: ["x"], polresTalked: false }, "unfinished").map((x) => x.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toContain("b");
    expect(keys).not.toContain("h");
  });
});

describe("kinds by three letters", () => {
  it("puts the quick code first", () => expect(matchKinds(kinds, "crs")[0]?.code).toBe("curas"));
  it("finds by any word, in both languages", () => {
    expect(matchKinds(kinds, "lalu lintas")[0]?.code).toBe("laka");
    expect(matchKinds(kinds, "violence")[0]?.code).toBe("kdrt");
    expect(matchKinds(kinds, "xyz")).toEqual([]);
  });
});

describe("the line", () => {
  it("tries again soon, then each 2 s", () =>
    expect([0, 1, 2, 3, 4, 5, 50].map(backoff)).toEqual([100, 200, 400, 800, 1600, 2000, 2000]));
  it("stops the ring that is named, and no other", () => {
    const s = hear(phoneOff, { t: "ring", call: "c", offer: 2, kind: "queue", until: null });
    expect(hear(s, { t: "stop", call: "c", offer: 1, why: "" }).ring).not.toBeNull();
    expect(hear(s, { t: "stop", call: "c", offer: 2, why: "" }).ring).toBeNull();
  });
  it("opens the microphone only when the server says so, and unmutes at the end of a call", () => {
    let s = hear(phoneOff, { t: "mic", on: true });
    expect(s.mic).toBe(true);
    s = hear({ ...s, muted: true }, { t: "mic", on: false });
    expect([s.mic, s.muted]).toEqual([false, false]);
  });
});
