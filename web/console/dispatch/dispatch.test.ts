import { describe, expect, it } from "vitest";
import { empty, type Live } from "../live/live";
import { Positions } from "../live/positions";
import {
  bpn,
  fresh,
  going,
  goingUnits,
  offered,
  onScene,
  silentUnit,
  twin,
  unit,
  units,
} from "../states/board-fixtures";
import { at, moment } from "../states/fixtures";
import { calls, checksDue, lateArrival, look, missed, queueOf } from "./queue";
import { canSay, unitsOf, whoCan, withSigns } from "./unit-state";

const live = (...cards: Live["incidents"][string][]): Live => ({
  ...empty,
  incidents: Object.fromEntries(cards.map((c) => [c.id, c])),
});

describe("the queue", () => {
  it("begins with what nobody has taken, then what went up, then priority and age", () => {
    const list = queueOf(live(going, onScene, silentUnit, offered, twin), bpn);
    expect(list.map((i) => i.id)).toEqual(["i40", "i43", "i38", "i42", "i36"]);
  });
  it("leaves out what is closed, and what another office has", () => {
    const list = queueOf(live({ ...going, state: "CLOSED" }, { ...fresh, id: "x", office: "polres-ppu" }), bpn);
    expect(list).toEqual([]);
  });
  it("names missed steps, the longest first", () => {
    expect(missed(silentUnit, moment).map((s) => s.step)).toEqual(["arrive", "acknowledge"]);
    expect(look(silentUnit, moment)).toBe("late");
    expect(look(fresh, moment)).toBe("");
  });
  it("asks for a safety check when its time has come, not before", () => {
    expect(checksDue(onScene, moment).map((s) => s.unit)).toEqual(["u-M-01"]);
    expect(checksDue(onScene, moment - 60_000)).toEqual([]);
  });
  it("judges the arrival by the first unit", () => {
    expect(lateArrival(silentUnit, moment)).toBe(true);
    expect(lateArrival(onScene, moment)).toBe(false);
    expect(lateArrival({ ...onScene, arrivedAt: at(10) }, moment)).toBe(true);
  });
});

describe("what is heard", () => {
  it("a new incident and each missed step, under a name of its own", () => {
    expect([...calls([silentUnit], moment).values()].sort()).toEqual(["alarm", "alarm", "report"]);
    expect([...calls([silentUnit], moment - 300_000).values()]).toEqual(["report"]);
  });
});

describe("what can be said of a unit", () => {
  it("goes forward with a job and never back", () => {
    const u = goingUnits[0]!; // on the way
    expect(canSay(u, "ACKNOWLEDGED")).toBe(false);
    expect(canSay(u, "EN_ROUTE")).toBe(false);
    expect(canSay(u, "ON_SCENE")).toBe(true);
    expect(canSay(u, "DONE")).toBe(true);
    expect(canSay(u, "READY")).toBe(false); // end the job first
  });
  it("without a job no step of one", () => expect(canSay(units[0]!, "ON_SCENE")).toBe(false));
  it("asks the chosen incident's units first", () => {
    expect(whoCan(goingUnits, "ON_SCENE", "i38").map((u) => u.sign)).toEqual(["R-03", "R-07"]);
    expect(whoCan(goingUnits, "ON_SCENE", "i42").map((u) => u.sign)).toEqual(["R-07", "R-03"]);
  });
  it("finds those that have it next as well", () => {
    const next = unit("M-09", "EN_ROUTE", 9, {
      job: { incident: "z", no: "", by: "", name: "", at: at(9) },
      stack: [{ incident: "i42", no: "", by: "", name: "", at: at(5) }],
    });
    expect(unitsOf([next, ...goingUnits], going).map((u) => u.sign)).toEqual(["R-07", "M-09"]);
  });
  it("names units as people do", () => {
    expect(withSigns("Unit u-1 tiba (radio).", new Map([["u-1", "Beruang 3"]]))).toBe("Beruang 3 tiba (radio).");
  });
});

describe("positions", () => {
  it("are taken beside everything else, and told at most twice a second", async () => {
    const p = new Positions();
    let told = 0;
    p.subscribe(() => told++);
    const move = (n: number, lat: number) =>
      p.take({ event: "change", boot: "b", n, key: "position/u1", value: { unit: "u1", at: { lat, lng: 0 } } }, "b");
    expect(move(1, 1)).toBe(true);
    for (let n = 2; n < 50; n++) move(n, n);
    expect(p.take({ event: "change", boot: "b", n: 50, key: "unit/u1", value: {} }, "b")).toBe(false);
    await new Promise((done) => setTimeout(done, 30));
    expect(told).toBe(1);
    expect(p.get().get("u1")?.at.lat).toBe(49);
  });
  it("of another boot are no news", () => {
    const p = new Positions();
    p.take({ event: "change", boot: "old", n: 1, key: "position/u1", value: { unit: "u1" } }, "b");
    expect(p.get().size).toBe(0);
  });
});
