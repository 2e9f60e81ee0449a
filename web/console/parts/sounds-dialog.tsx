import { useState } from "react";
import { useDesk } from "../desk/desk";
import { useTexts } from "../i18n";
import { soundNames } from "../phone/sounds";
import { Act } from "./bits";
import { Dialog } from "./dialog";

export function SoundsDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const { sound } = useDesk();
  const [volume, set] = useState(sound.volume);
  return (
    <Dialog title={t.sounds.title} onClose={onClose} size={420}>
      <div className="stack">
        <label className="row">
          {t.sounds.volume}
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={volume}
            className="grow"
            onChange={(e) => {
              set(Number(e.target.value));
              sound.setVolume(Number(e.target.value));
            }}
          />
          <span className="num">{Math.round(volume * 100)} %</span>
        </label>
        {soundNames.map((n) => (
          <div className="li" key={n}>
            {t.sounds.names[n]}
            <Act look="small" className="push" onClick={() => sound.play(n)}>
              {t.sounds.test}
            </Act>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
