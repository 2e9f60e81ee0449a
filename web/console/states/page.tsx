import { Plain } from "../screens/signin";
export default function Pages() {
  return <Plain>…</Plain>;
}
