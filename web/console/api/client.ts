// The way to the server: one typed client, the CSRF token, idempotency keys, and refusals that people can read.
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { Problem } from "./types";

/** A refusal or failure of the server, or of the way to it (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem;
  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? problem.code ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
  get code(): string {
    return this.problem.code ?? (this.status === 0 ? "unreachable" : `http_${this.status}`);
  }
}

let csrf = "";
let onSignedOut: () => void = () => {};

/** Sets the token that each command carries. It comes with the session. */
export function setCsrf(token: string) {
  csrf = token;
}

/** Names what to do when the server no longer knows the session. */
export function whenSignedOut(f: () => void) {
  onSignedOut = f;
}

export const client = createClient<paths>({ baseUrl: "/api/v1", credentials: "same-origin" });

client.use({
  onRequest({ request }) {
    if (request.method === "GET") return;
    if (csrf) request.headers.set("X-Siaga-Csrf", csrf);
    if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", crypto.randomUUID());
  },
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

function unwrap<T>(a: Answer<T>): T {
  if (a.response.ok) return a.data as T;
  const problem = (typeof a.error === "object" && a.error ? a.error : {}) as Problem;
  if (a.response.status === 401 && problem.code !== "wrong_password") onSignedOut();
  throw new ApiError(a.response.status, { ...problem, status: a.response.status });
}

function unreachable(err: unknown): ApiError {
  return new ApiError(0, {
    status: 0,
    code: "unreachable",
    title: "Unreachable",
    text: { id: "", en: "" },
    detail: err instanceof Error ? err.message : String(err),
  });
}

/** Asks for something. Throws ApiError. */
export async function ask<T>(send: () => Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await send();
  } catch (err) {
    throw unreachable(err);
  }
  return unwrap(answer);
}

/**
 * Sends a person's command. A broken connection is tried again with the same key, so that the command happens
 * once however often it is sent. Throws ApiError.
 */
export async function command<T>(
  send: (headers: { "Idempotency-Key": string }) => Promise<Answer<T>>,
  waitMs: readonly number[] = [150, 400, 1000],
): Promise<T> {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  for (let i = 0; ; i++) {
    try {
      return unwrap(await send(headers));
    } catch (err) {
      if (err instanceof ApiError) throw err;
      const wait = waitMs[i];
      if (wait === undefined) throw unreachable(err);
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
