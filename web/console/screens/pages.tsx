import { Plain } from "./signin";
export default function Pages() {
  return <Plain>…</Plain>;
}
