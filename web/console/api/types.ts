// Short names for the API's types: the one place that knows how the specification calls them.
import type { components } from "./schema";

type S = components["schemas"];
export type Alarm = S["Alarm"];
export type CallPage = S["CallPage"];
export type CallRow = S["CallRow"];
export type Closing = S["Closing"];
export type Floor = S["Floor"];
export type Incident = S["Incident"];
export type IncidentCard = S["IncidentCard"];
export type Kind = S["Kind"];
export type LiveCall = S["LiveCall"];
export type Office = S["Office"];
export type Outcome = S["Outcome"];
export type Person = S["Person"];
export type Presence = S["Presence"];
export type Problem = S["Problem"];
export type Report = S["Report"];
export type Seat = S["Seat"];
export type Session = S["Session"];
export type Settings = S["Settings"];
export type Wallboard = S["Wallboard"];
export type Chip = LiveCall["chip"];
export type SeatState = Seat["state"];
export type PauseReason = S["PauseReason"]["reason"];
export type Result = S["Ending"]["result"];
