// What a dispatcher can do, as commands to the server.
import { ask, client, command } from "../api/client";
import type {
  Advised,
  CallRow,
  Incident,
  IncidentCard,
  MapInfo,
  NewIncident,
  PlaceFound,
  Unit,
  UnitStatus,
  UnitStepName,
} from "../api/types";

export interface DispatchActs {
  recommend(id: string): Promise<Advised>;
  same(id: string): Promise<IncidentCard[]>;
  callsOf(id: string): Promise<CallRow[]>;
  assign(id: string, units: string[], how?: "stack" | "move"): Promise<Incident>;
  release(id: string, unit: string): Promise<Incident>;
  step(id: string, unit: string, step: UnitStepName): Promise<Incident>;
  unitStatus(unit: string, status: Exclude<UnitStatus, "ASSIGNED">): Promise<Unit>;
  check(id: string, unit: string): Promise<Incident>;
  wait(id: string, why: string): Promise<Incident>;
  cancel(id: string, why: string): Promise<Incident>;
  reopen(id: string, why: string): Promise<Incident>;
  told(id: string, how: string): Promise<Incident>;
  handOver(id: string, office: string, why: string): Promise<Incident>;
  takeOver(id: string): Promise<Incident>;
  refuseOver(id: string, why: string): Promise<unknown>;
  link(id: string, into: string): Promise<Incident>;
  unlink(id: string): Promise<Incident>;
  seePanic(unit: string): Promise<Unit>;
  clearPanic(unit: string, note: string): Promise<Unit>;
  open(made: NewIncident): Promise<Incident>;
  places(q: string): Promise<PlaceFound[]>;
  map(): Promise<MapInfo>;
  areas(): Promise<unknown>;
}

const path = (id: string) => ({ params: { path: { id } } });

/** The dispatcher's commands. Refusals are thrown as ApiError. */
export const dispatchActs: DispatchActs = {
  recommend: (id) => ask(() => client.GET("/incidents/{id}/recommend", path(id))),
  same: (id) => ask(() => client.GET("/incidents/{id}/same", path(id))),
  callsOf: (id) => ask(() => client.GET("/incidents/{id}/calls", path(id))),
  assign: (id, units, how) =>
    command((headers) =>
      client.POST("/incidents/{id}/assign", {
        ...path(id),
        body: { units, stack: how === "stack", move: how === "move" },
        headers,
      }),
    ),
  release: (id, unit) =>
    command((headers) => client.POST("/incidents/{id}/release", { ...path(id), body: { unit }, headers })),
  step: (id, unit, step) =>
    command((headers) =>
      client.POST("/incidents/{id}/step", { ...path(id), body: { unit, step, via: "radio" }, headers }),
    ),
  unitStatus: (id, status) =>
    command((headers) => client.POST("/units/{id}/status", { ...path(id), body: { status, via: "radio" }, headers })),
  check: (id, unit) =>
    command((headers) => client.POST("/incidents/{id}/check", { ...path(id), body: { unit }, headers })),
  wait: (id, why) => command((headers) => client.POST("/incidents/{id}/wait", { ...path(id), body: { why }, headers })),
  cancel: (id, why) =>
    command((headers) => client.POST("/incidents/{id}/cancel", { ...path(id), body: { why }, headers })),
  reopen: (id, why) =>
    command((headers) => client.POST("/incidents/{id}/reopen", { ...path(id), body: { why }, headers })),
  told: (id, how) => command((headers) => client.POST("/incidents/{id}/told", { ...path(id), body: { how }, headers })),
  handOver: (id, office, why) =>
    command((headers) => client.POST("/incidents/{id}/hand-over", { ...path(id), body: { office, why }, headers })),
  takeOver: (id) => command((headers) => client.POST("/incidents/{id}/take-over", { ...path(id), headers })),
  refuseOver: (id, why) =>
    command((headers) => client.POST("/incidents/{id}/refuse-over", { ...path(id), body: { why }, headers })),
  link: (id, into) =>
    command((headers) => client.POST("/incidents/{id}/link", { ...path(id), body: { into }, headers })),
  unlink: (id) => command((headers) => client.POST("/incidents/{id}/unlink", { ...path(id), headers })),
  seePanic: (id) => command((headers) => client.POST("/units/{id}/panic/see", { ...path(id), headers })),
  clearPanic: (id, text) =>
    command((headers) => client.POST("/units/{id}/panic/clear", { ...path(id), body: { text }, headers })),
  open: (body) => command((headers) => client.POST("/incidents", { body, headers })),
  places: (q) => ask(() => client.GET("/places", { params: { query: { q, limit: 7 } } })),
  map: () => ask(() => client.GET("/map")),
  areas: () => ask(() => client.GET("/areas") as Promise<{ data?: unknown; error?: unknown; response: Response }>),
};
