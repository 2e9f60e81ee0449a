import { hm } from "../clock";
import { texts } from "../i18n";
import { forgetRefused, items, send, waiting } from "../outbox";
import { useSignal } from "../store";

export function Outbox({ close }: { close: () => void }) {
  const t = texts();
  const list = useSignal(items);
  const left = waiting(list);
  const refused = list.filter((i) => i.refused);
  return (
    <section class="panel" data-testid="outbox-page">
      <h2>{left.length ? t.out.title : t.out.none}</h2>
      {left.length > 0 && <p class="dim">{t.out.why}</p>}
      <ul class="out">
        {left.map((i) => (
          <li key={i.key}>
            <span class="dim">{hm(i.at, true)}</span> {t.out.kinds[i.kind]} {i.label}
          </li>
        ))}
      </ul>
      {left.length > 0 && (
        <button type="button" class="big" onClick={() => void send()}>
          {t.out.again}
        </button>
      )}
      {refused.length > 0 && (
        <>
          <h2 class="bad-text">{t.out.refused}</h2>
          <ul class="out" data-testid="refused">
            {refused.map((i) => (
              <li key={i.key}>
                <span class="dim">{hm(i.at, true)}</span> {t.out.kinds[i.kind]} {i.label}: {i.refused}
              </li>
            ))}
          </ul>
          <button type="button" class="big" data-testid="refused-read" onClick={() => void forgetRefused()}>
            {t.out.clear}
          </button>
        </>
      )}
      <button type="button" class="big main" onClick={close}>
        {t.close}
      </button>
    </section>
  );
}
