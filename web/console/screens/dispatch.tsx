// The dispatch board without a telephone: for a second screen, for the chief, for a supervisor without a seat.
import { Board } from "../dispatch/board";
import { Frame } from "./frame";

export function DispatchPage() {
  return (
    <Frame look="polres board">
      <Board />
    </Frame>
  );
}
