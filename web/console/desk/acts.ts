// Everything a person can do, as commands to the server.
import { ask, client, command } from "../api/client";
import type {
  CallingOut,
  Closing,
  GivingAway,
  Incident,
  Invitation,
  LiveCall,
  Paper,
  PauseReason,
  Report,
  Result,
  Seat,
  Settlement,
} from "../api/types";
import { type DispatchActs, dispatchActs } from "./dispatch-acts";

export interface Acts extends DispatchActs {
  beginDuty(seat: string, phone?: boolean): Promise<Seat>;
  endDuty(): Promise<unknown>;
  ready(): Promise<Seat>;
  pause(reason: PauseReason): Promise<Seat>;
  answer(call: string, offer: number): Promise<LiveCall>;
  decline(call: string, offer: number): Promise<LiveCall>;
  transfer(call: string, office: string, wait?: boolean): Promise<LiveCall>;
  hold(call: string, on: boolean): Promise<LiveCall>;
  silent(call: string): Promise<LiveCall>;
  askSilent(call: string): Promise<LiveCall>;
  muteCaller(call: string, on: boolean): Promise<LiveCall>;
  invite(call: string, who: Invitation): Promise<LiveCall>;
  dismiss(call: string, guest: number): Promise<LiveCall>;
  merge(call: string, guest: number): Promise<LiveCall>;
  give(call: string, guest: number, how: GivingAway): Promise<LiveCall>;
  keys(call: string, keys: string): Promise<LiveCall>;
  callOut(whom: CallingOut): Promise<LiveCall>;
  settle(call: string, how: Settlement, note: string): Promise<unknown>;
  takeBack(call: string): Promise<LiveCall>;
  leave(call: string): Promise<LiveCall>;
  closeCall(call: string, closing: Closing): Promise<LiveCall>;
  saveForCall(call: string, rev: number, report: Report): Promise<Incident>;
  saveIncident(id: string, rev: number, report: Report): Promise<Incident>;
  incident(id: string): Promise<Incident>;
  note(id: string, text: string): Promise<Incident>;
  fromPaper(paper: Paper): Promise<Incident>;
  accept(id: string): Promise<Incident>;
  closeIncident(id: string, result: Result, done: string, tell?: boolean): Promise<Incident>;
  send(id: string, office: string): Promise<Incident>;
}

const path = (id: string) => ({ params: { path: { id } } });
const guest = (id: string, n: number) => ({ params: { path: { id, n } } });

/** The commands as they go to the server. A broken way is tried again; a refusal is thrown as ApiError. */
export const acts: Acts = {
  ...dispatchActs,
  beginDuty: (seat, phone) =>
    command((headers) => client.POST("/duty", { body: { seat, phone: phone ?? false }, headers })),
  endDuty: () => command((headers) => client.DELETE("/duty", { headers })),
  ready: () => command((headers) => client.POST("/duty/ready", { headers })),
  pause: (reason) => command((headers) => client.POST("/duty/pause", { body: { reason }, headers })),
  answer: (id, offer) =>
    command((headers) => client.POST("/calls/{id}/answer", { ...path(id), body: { offer }, headers })),
  decline: (id, offer) =>
    command((headers) => client.POST("/calls/{id}/decline", { ...path(id), body: { offer }, headers })),
  transfer: (id, office, wait) =>
    command((headers) =>
      client.POST("/calls/{id}/transfer", { ...path(id), body: { office, wait: wait ?? false }, headers }),
    ),
  hold: (id, on) => command((headers) => client.POST("/calls/{id}/hold", { ...path(id), body: { on }, headers })),
  silent: (id) => command((headers) => client.POST("/calls/{id}/silent", { ...path(id), headers })),
  askSilent: (id) => command((headers) => client.POST("/calls/{id}/ask-silent", { ...path(id), headers })),
  muteCaller: (id, on) => command((headers) => client.POST("/calls/{id}/mute", { ...path(id), body: { on }, headers })),
  invite: (id, body) => command((headers) => client.POST("/calls/{id}/guests", { ...path(id), body, headers })),
  dismiss: (id, n) => command((headers) => client.DELETE("/calls/{id}/guests/{n}", { ...guest(id, n), headers })),
  merge: (id, n) => command((headers) => client.POST("/calls/{id}/guests/{n}/merge", { ...guest(id, n), headers })),
  give: (id, n, body) =>
    command((headers) => client.POST("/calls/{id}/guests/{n}/give", { ...guest(id, n), body, headers })),
  keys: (id, keys) => command((headers) => client.POST("/calls/{id}/keys", { ...path(id), body: { keys }, headers })),
  callOut: (body) => command((headers) => client.POST("/calls", { body, headers })),
  settle: (id, how, note) =>
    command((headers) => client.POST("/callbacks/{id}/settle", { ...path(id), body: { how, note }, headers })),
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
  fromPaper: (body) => command((headers) => client.POST("/incidents/paper", { body, headers })),
  accept: (id) => command((headers) => client.POST("/incidents/{id}/accept", { ...path(id), headers })),
  closeIncident: (id, result, done, tell) =>
    command((headers) =>
      client.POST("/incidents/{id}/close", { ...path(id), body: { result, done, tell: tell ?? false }, headers }),
    ),
  send: (id, office) =>
    command((headers) => client.POST("/incidents/{id}/send", { ...path(id), body: { office }, headers })),
};
