// Which outcomes a person may choose at this moment of a call, and by which key. Pure.
import type { LiveCall, Outcome } from "../api/types";

const keys: Record<string, string> = {
  ditutup_polda_diteruskan: "f",
  valid_polres: "r",
  valid_polda: "v",
  informasi: "n",
  kosong: "k",
  iseng: "i",
  salah_sambung: "s",
  putus_awal: "a",
  laporan_palsu: "p",
  duplikat: "d",
  dialihkan_instansi: "g",
  dialihkan_polda_lain: "l",
  tes: "t",
};

/** The outcomes in the order of the screen: those that fit this call, each with its key. */
export function choices(
  outcomes: readonly Outcome[],
  call: Pick<LiveCall, "sent" | "polresTalked">,
  asking: "invalid" | "close" | "unfinished",
): { outcome: Outcome; key: string }[] {
  const fits = (code: string): boolean => {
    if (!(code in keys)) return false;
    if (code === "valid_polres") return call.polresTalked;
    if (code === "ditutup_polda_diteruskan") return call.sent.length > 0 && !call.polresTalked;
    if (code === "valid_polda") return asking !== "invalid";
    return true;
  };
  const order = Object.keys(keys);
  const found = outcomes.filter((o) => o.by === "operator" && fits(o.code));
  if (asking === "invalid") {
    // At the filter the commonest come first: silence and pranks are most of what rings (CALL.md §4).
    const first = ["kosong", "iseng", "salah_sambung", "informasi"];
    const rank = (c: string) => (first.includes(c) ? first.indexOf(c) : first.length + order.indexOf(c));
    found.sort((a, b) => rank(a.code) - rank(b.code));
  } else found.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
  return found.map((outcome) => ({ outcome, key: keys[outcome.code]! }));
}
