// What every list needs: loading, empty, error with what to do, no right, stale, and more.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { useDesk, useNow } from "../desk/desk";
import { useTexts } from "../i18n";
import { Act } from "./bits";

/** The part of a query that a list shows; the state page makes it up. */
export type Listing<T> = Pick<UseQueryResult<T>, "data" | "error" | "dataUpdatedAt" | "isFetching"> & {
  refetch: () => unknown;
};

const old = 30_000; // ms after which a list that can't be refreshed says so

export function ListStates<T>({
  query,
  empty,
  emptyText,
  children,
}: {
  query: Listing<T>;
  empty: (data: T) => boolean;
  emptyText: string;
  children: (data: T) => ReactNode;
}) {
  const t = useTexts();
  useNow(1000);
  const { age, frozen } = useDesk();
  const error = query.error instanceof ApiError ? query.error : null;
  if (error && (error.status === 403 || error.code === "not_allowed")) {
    return <NoRight />;
  }
  if (query.error && query.data === undefined) {
    return (
      <div className="empty" role="alert" data-testid="list-error">
        <span className="sign" aria-hidden="true">
          ⚠
        </span>
        <b>{t.lists.error}</b>
        <span>
          {t.lists.errorTodo} <code>{error?.code ?? String(query.error)}</code>
        </span>
        <Act look="main" onClick={() => void query.refetch()}>
          {t.lists.retry}
        </Act>
      </div>
    );
  }
  if (query.data === undefined) {
    return (
      <div className="empty" aria-busy="true" data-testid="list-loading">
        <span className="sign" aria-hidden="true">
          …
        </span>
        <b>{t.lists.loading}</b>
        <span className="sk w60" />
        <span className="sk w40" />
        <span className="sk w50" />
      </div>
    );
  }
  const ms = Math.max(age(), frozen ? 0 : query.error ? Date.now() - query.dataUpdatedAt : 0);
  return (
    <>
      {ms > (query.error ? 0 : old) && (
        <div className="banner warn" role="status" data-testid="list-stale">
          △ {t.lists.stale(t.lists.seconds(Math.round(ms / 1000)))}
          <Act look="small" onClick={() => void query.refetch()}>
            {t.lists.retry}
          </Act>
        </div>
      )}
      {empty(query.data) ? (
        <div className="empty" data-testid="list-empty">
          <span className="sign" aria-hidden="true">
            ○
          </span>
          <b>{emptyText}</b>
          {t.lists.emptyHint}
        </div>
      ) : (
        children(query.data)
      )}
    </>
  );
}

/** What one has no right to see, and whom to ask. */
export function NoRight() {
  const t = useTexts();
  return (
    <div className="empty" role="alert" data-testid="list-noright">
      <span className="sign" aria-hidden="true">
        ⛔
      </span>
      <b>{t.lists.noRight}</b>
      {t.lists.noRightTodo}
    </div>
  );
}
