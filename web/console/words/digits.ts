// Report numbers as they are said aloud: digit by digit, in groups that an ear can hold.

const id = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];
const en = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const teens = ["sepuluh", "sebelas", "dua belas"];

/** Says each digit of a text; all else is left out. */
export function digits(text: string, lang: "id" | "en" = "id"): string {
  const words = lang === "id" ? id : en;
  return [...text].flatMap((c) => (c >= "0" && c <= "9" ? [words[Number(c)]] : [])).join(" ");
}

/**
 * Says the part of a report number that a caller must remember: day, month, number.
 * "KALTIM/2026/11/23/0042" is "dua tiga sebelas, nol nol empat dua"; a number of a paper sheet has its K said.
 */
export function reportNumber(no: string, lang: "id" | "en" = "id"): string {
  const m = /\/(\d{4})\/(\d{2})\/(\d{2})\/(K-)?(\d+)$/.exec(no);
  if (!m) return digits(no, lang);
  const [, , month = "", day = "", paper = "", n = ""] = m;
  // Ten to twelve are one word in Indonesian and said as such; the rest digit by digit.
  const said = lang === "id" && Number(month) >= 10 ? teens[Number(month) - 10] : digits(month, lang);
  return `${digits(day, lang)} ${said}, ${paper ? (lang === "id" ? "ka " : "K ") : ""}${digits(n, lang)}`;
}

/** The last part of a report number, for narrow lists. */
export function shortNumber(no: string): string {
  return no.slice(no.lastIndexOf("/") + 1);
}
