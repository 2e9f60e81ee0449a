// Everything a person can do, as commands to the server.
import { ask, client, command } from "../api/client";
import type { Closing, Incident, LiveCall, PauseReason, Report, Result, Seat } from "../api/types";

export interface Acts {
  beginDuty(seat: string): Promise<Seat>;
  endDuty(): Promise<unknown>;
  ready(): Promise<Seat>;
  pause(reason: PauseReason): Promise<Seat>;
  answer(call: string, offer: number): Promise<LiveCall>;
  decline(call: string, offer: number): Promise<LiveCall>;
  transfer(call: string, office: string): Promise<LiveCall>;
  takeBack(call: string): Promise<LiveCall>;
  leave(call: string): Promise<LiveCall>;
  closeCall(call: string, closing: Closing): Promise<LiveCall>;
  saveForCall(call: string, rev: number, report: Report): Promise<Incident>;
  saveIncident(id: string, rev: number, report: Report): Promise<Incident>;
  incident(id: string): Promise<Incident>;
  note(id: string, text: string): Promise<Incident>;
  accept(id: string): Promise<Incident>;
  closeIncident(id: string, result: Result, done: string): Promise<Incident>;
  send(id: string, office: string): Promise<Incident>;
}

const path = (id: string) => ({ params: { path: { id } } });

/** The commands as they go to the server. A broken way is tried again; a refusal is thrown as ApiError. */
export const acts: Acts = {
  beginDuty: (seat) => command((headers) => client.POST("/duty", { body: { seat }, headers })),
  endDuty: () => command((headers) => client.DELETE("/duty", { headers })),
  ready: () => command((headers) => client.POST("/duty/ready", { headers })),
  pause: (reason) => command((headers) => client.POST("/duty/pause", { body: { reason }, headers })),
  answer: (id, offer) =>
    command((headers) => client.POST("/calls/{id}/answer", { ...path(id), body: { offer }, headers })),
  decline: (id, offer) =>
    command((headers) => client.POST("/calls/{id}/decline", { ...path(id), body: { offer }, headers })),
  transfer: (id, office) =>
    command((headers) => client.POST("/calls/{id}/transfer", { ...path(id), body: { office }, headers })),
  takeBack: (id) =>
    command((headers) => client.POST("/calls/{id}/take-back", { ...path(id), body: { offer: 0 }, headers })),
  leave: (id) => command((headers) => client.POST("/calls/{id}/leave", { ...path(id), headers })),
  closeCall: (id, body) => command((headers) => client.POST("/calls/{id}/close", { ...path(id), body, headers })),
  saveForCall: (id, rev, report) =>
    command((headers) => client.PUT("/calls/{id}/report", { ...path(id), body: { rev, ...report }, headers }), []),
  saveIncident: (id, rev, report) =>
    command((headers) => client.PUT("/incidents/{id}/report", { ...path(id), body: { rev, ...report }, headers }), []),
  incident: (id) => ask(() => client.GET("/incidents/{id}", path(id))),
  note: (id, text) =>
    command((headers) => client.POST("/incidents/{id}/notes", { ...path(id), body: { text }, headers })),
  accept: (id) => command((headers) => client.POST("/incidents/{id}/accept", { ...path(id), headers })),
  closeIncident: (id, result, done) =>
    command((headers) => client.POST("/incidents/{id}/close", { ...path(id), body: { result, done }, headers })),
  send: (id, office) =>
    command((headers) => client.POST("/incidents/{id}/send", { ...path(id), body: { office }, headers })),
};
