// The server's operations, as far as a phone may use them.
import type { components } from "../console/api/schema";
import { heard, inZone, now } from "./clock";
import { type Signal, signal } from "./store";

export type Job = components["schemas"]["Job"];
export type Session = components["schemas"]["PatrolSession"];
type Problem = { code: string; text?: { id: string; en: string }; retryAfterS?: number };

/** Refused is what the server said no to. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.code);
  }
}

export const session: Signal<Session | null> = signal<Session | null>(null);
export const job: Signal<Job | null> = signal<Job | null>(null);
/** heardAt is when the server was heard last (ms, its clock); 0: not since this page was opened. */
export const heardAt = signal(0);
/** gone: the session has ended; what is kept stays. */
export const gone = signal(false);

const within = 20_000;

export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
  patience = within,
): Promise<T> {
  const headers: Record<string, string> = {};
  let payload: BodyInit | undefined;
  if (body instanceof Blob) {
    headers["Content-Type"] = body.type;
    payload = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  if (method !== "GET") {
    headers["X-Siaga-Csrf"] = session.get()?.csrf ?? "";
    headers["Idempotency-Key"] = key ?? crypto.randomUUID();
  }
  const sent = Date.now();
  const res = await fetch(`/api/v1${path}`, {
    method,
    headers,
    body: payload,
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
  });
  heardAt.set(now());
  if (res.ok) {
    const value = res.status === 204 ? undefined : await res.json();
    if (method === "GET" && typeof value?.now === "string") heard(Date.parse(value.now), sent, Date.now());
    if (method === "GET" && typeof value?.serverTime === "string")
      heard(Date.parse(value.serverTime), sent, Date.now());
    return value as T;
  }
  const problem: Problem = await res.json().catch(() => ({ code: `http_${res.status}` }));
  if (res.status === 401 && path !== "/patrol/session") gone.set(true);
  throw new Refused(res.status, problem);
}

/** begin takes a session over. */
export function begin(s: Session) {
  inZone(s.zone);
  session.set(s);
  gone.set(false);
}
