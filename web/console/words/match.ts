// Proposes the Polres for a place by the words that people say: names of towns, districts, streets and landmarks.
import type { Office } from "../api/types";

const fold = (s: string) =>
  ` ${s
    .toLowerCase()
    .normalize("NFD")
    .replace(/[^a-z0-9]+/g, " ")
    .trim()} `;

/** The office whose words match the place best, or null. Longer matches weigh more; a tie proposes nobody. */
export function proposeOffice(place: string, offices: readonly Office[]): Office | null {
  const text = fold(place);
  if (text.trim() === "") return null;
  let best: Office | null = null;
  let score = 0;
  let tie = false;
  for (const office of offices) {
    let own = 0;
    for (const word of new Set(office.words.map(fold))) {
      if (word.trim() !== "" && text.includes(word)) own += word.trim().length;
    }
    if (own === 0) continue;
    if (own > score) {
      best = office;
      score = own;
      tie = false;
    } else if (own === score) tie = true;
  }
  return tie ? null : best;
}
