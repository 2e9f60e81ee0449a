import { describe, expect, it } from "vitest";
import { call, card, poldaSeat } from "../states/fixtures";
import { Clock } from "./clock";
import { empty, fold, type Live, type Message, momentOf, openIncidents, waiting } from "./live";
import { type SseEvent, sseParser } from "./sse";

const snapshot = (items: Record<string, unknown>, n = 1, boot = "b"): Message => ({
  event: "snapshot",
  boot,
  n,
  serverTime: "",
  items,
});
const change = (n: number, key: string, value: unknown, boot = "b"): Message => ({
  event: "change",
  boot,
  n,
  key,
  value,
});

describe("the stream", () => {
  const start = fold(empty, snapshot({ "call/c1": call(), "incident/i42": card(), "shelf/unknown": 1 }));
  it("takes a snapshot whole", () => {
    expect(start.ready).toBe(true);
    expect(Object.keys(start.calls)).toEqual(["c1"]);
  });
  it("takes changes in order, and each once", () => {
    const next = fold(start, change(2, "call/c1", call({ phase: "TRANSFERRING" })));
    expect(next.calls.c1?.phase).toBe("TRANSFERRING");
    expect(fold(next, change(2, "call/c1", null))).toBe(next);
    expect(fold(next, change(3, "call/c1", null)).calls).toEqual({});
  });
  it("takes what is now ahead of its turn, and the changes before it all the same", () => {
    const now = fold(start, { event: "now", boot: "b", key: "call/c1", value: call({ phase: "TRANSFERRING" }) });
    expect(now.calls.c1?.phase).toBe("TRANSFERRING");
    expect(now.n).toBe(start.n);
    expect(fold(now, change(2, "call/c2", call({ id: "c2" }))).calls.c2).toBeDefined();
    expect(fold(now, { event: "now", boot: "b", key: "call/c1", value: null }).calls).toEqual({});
  });
  it("lays what is told in short over what it knows, so that the own call keeps its story", () => {
    const short = (id: string) => ({
      id,
      office: "polda-kaltim",
      phase: "TRANSFERRING",
      since: "2026-11-23T10:00:00Z",
      seat: "polda-kaltim/9",
      person: "p9",
      chip: "",
      leaving: null,
      offers: [],
      guests: [],
    });
    const told = (n: number, id: string): Message => ({
      event: "short",
      boot: "b",
      n,
      key: `call/${id}`,
      value: short(id),
    });
    const own = fold(start, told(2, "c1"));
    expect(own.n).toBe(2);
    expect(own.calls.c1).toEqual({ ...start.calls.c1, ...short("c1") });
    expect(fold(own, told(2, "c1"))).toBe(own);
    const other = fold(own, told(3, "c9"));
    expect(momentOf(other, "polda-kaltim/9")).toMatchObject({ kind: "transfer" });
    expect(Object.keys(other.calls.c9 ?? {}).sort()).toEqual(Object.keys(call()).sort());
    expect(fold(other, change(4, "call/c9", null)).calls.c9).toBeUndefined();
  });
  it("refuses changes of another boot", () => expect(fold(start, change(9, "call/c1", null, "other"))).toBe(start));
  it("forgets everything old with a new snapshot", () => expect(fold(start, snapshot({}, 1, "c")).calls).toEqual({}));
  it("leaves what it had untouched", () => {
    fold(start, change(2, "call/c1", null));
    expect(start.calls.c1).toBeDefined();
  });
  it("counts on over keys that it doesn't know", () => expect(fold(start, change(2, "drone/1", {})).n).toBe(2));
});

describe("what a seat must show", () => {
  const at = (c: ReturnType<typeof call>): Live => ({
    ...empty,
    calls: { [c.id]: c },
    seats: { [poldaSeat]: { id: poldaSeat, office: "polda-kaltim" } as never },
  });
  const offer = {
    n: 4,
    kind: "queue" as const,
    piket: false,
    office: "polda-kaltim",
    seat: poldaSeat,
    person: "",
    at: "",
    until: null,
  };
  it.each([
    ["talk", call()],
    ["transfer", call({ phase: "TRANSFERRING" })],
    ["back", call({ chip: "sibuk" })],
    ["orphan", call({ phase: "ORPHAN" })],
    ["unfinished", call({ phase: "UNFINISHED" })],
    ["leaving", call({ seat: "polres/1", leaving: { seat: poldaSeat, until: "" } })],
    ["ring", call({ phase: "OFFERED", seat: "", offers: [offer] })],
    ["idle", call({ seat: "polda-kaltim/9" })],
    ["idle", call({ phase: "ENDED" })],
  ] as const)("%s", (kind, c) => expect(momentOf(at(c), poldaSeat).kind).toBe(kind));
  it("names the offer that rings", () => {
    const m = momentOf(at(call({ phase: "OFFERED", seat: "", offers: [offer] })), poldaSeat);
    expect(m).toMatchObject({ offer: 4, offerKind: "queue" });
  });
  it("a chip of the Polda is no take-back at the Polres", () => {
    const live = {
      ...at(call({ chip: "sibuk" })),
      seats: { [poldaSeat]: { id: poldaSeat, office: "polres" } as never },
    };
    expect(momentOf(live, poldaSeat).kind).toBe("talk");
  });
  it("a talk comes before a ring", () => {
    const live = {
      ...at(call()),
      calls: { a: call({ id: "a", seat: "", phase: "OFFERED", offers: [offer] }), b: call({ id: "b" }) },
    };
    expect(momentOf(live, poldaSeat)).toMatchObject({ kind: "talk", call: { id: "b" } });
  });
});

describe("lists of now", () => {
  it("puts urgent callers first, then the longest wait", () => {
    const c = (id: string, firstRing: string, urgent = false) => call({ id, firstRing, urgent, phase: "QUEUED" });
    const live = { ...empty, calls: { a: c("a", "2"), b: c("b", "1"), u: c("u", "3", true) } };
    expect(waiting(live, "polda-kaltim").map((x) => x.id)).toEqual(["u", "b", "a"]);
  });
  it("puts what nobody accepted first and leaves drafts out", () => {
    const i = (id: string, state: "SENT" | "ACCEPTED" | "DRAFT", firstRing: string) => card({ id, state, firstRing });
    const live = {
      ...empty,
      incidents: { a: i("a", "ACCEPTED", "1"), s: i("s", "SENT", "9"), d: i("d", "DRAFT", "0") },
    };
    expect(openIncidents(live).map((x) => x.id)).toEqual(["s", "a"]);
  });
});

describe("server-sent events", () => {
  const read = (chunks: string[]) => {
    const got: SseEvent[] = [];
    let comments = 0;
    const feed = sseParser(
      (e) => got.push(e),
      () => comments++,
    );
    for (const c of chunks) feed(c);
    return { got, comments };
  };
  const text = ': ping\r\n\r\nevent: change\r\nid: b:2\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: x\n\n';
  const want = {
    got: [
      { event: "change", data: '{"a":\n1}', id: "b:2" },
      { event: "message", data: "x", id: "b:2" },
    ],
    comments: 1,
  };
  it("reads a whole text", () => expect(read([text])).toEqual(want));
  it("reads the same however it is cut", () => {
    for (let i = 1; i < text.length; i++) expect(read([text.slice(0, i), text.slice(i)])).toEqual(want);
    expect(read([...text])).toEqual(want);
  });
});

describe("the clock", () => {
  it("believes the shortest way", () => {
    let local = 1000;
    const clock = new Clock(() => local);
    expect(clock.now()).toBe(1000);
    clock.sample(50_000, 0, 2000); // a slow answer: could be a second off
    clock.sample(50_010, 1000, 1010);
    expect(clock.skew).toBe(50_010 - 1005);
    local = 2000;
    expect(clock.now()).toBe(2000 + 49_005);
  });
  it("forgets old answers, so that a drifting PC is followed", () => {
    const clock = new Clock(() => 0);
    clock.sample(100, 0, 0);
    for (let i = 0; i < 16; i++) clock.sample(500, 0, 10);
    expect(clock.skew).toBe(495);
  });
  it("refuses nonsense", () => {
    const clock = new Clock(() => 0);
    clock.sample(Number.NaN, 0, 1);
    clock.sample(5, 10, 1);
    expect(clock.skew).toBe(0);
  });
});
