// Five sounds that an ear tells apart without looking, made here: no files, nothing to load.

export type SoundName = "offer" | "priority" | "back" | "report" | "alarm";
export const soundNames: readonly SoundName[] = ["offer", "priority", "back", "report", "alarm"];

/** Each note: [start s, length s, Hz]. */
const scores: Record<SoundName, { notes: [number, number, number][]; every: number; wave: OscillatorType }> = {
  offer: {
    notes: [
      [0, 0.4, 440],
      [0, 0.4, 480],
    ],
    every: 1.2,
    wave: "sine",
  }, // like a telephone
  priority: {
    notes: [
      [0, 0.12, 880],
      [0.16, 0.12, 880],
      [0.32, 0.12, 1175],
    ],
    every: 0.8,
    wave: "triangle",
  },
  back: {
    notes: [
      [0, 0.18, 660],
      [0.2, 0.3, 440],
    ],
    every: 0,
    wave: "triangle",
  }, // falls: the caller is yours again
  report: {
    notes: [
      [0, 0.15, 523],
      [0.17, 0.15, 659],
      [0.34, 0.25, 784],
    ],
    every: 0,
    wave: "sine",
  }, // rises: news
  alarm: {
    notes: [
      [0, 0.25, 310],
      [0.3, 0.25, 310],
    ],
    every: 0,
    wave: "square",
  },
};

export class Sounds {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private looping: SoundName | null = null;
  volume: number;

  constructor() {
    const stored = Number(localStorage.getItem("siaga.volume") ?? "0.6");
    this.volume = stored >= 0 && stored <= 1 ? stored : 0.6;
  }

  /** Wakes the sound. Call it inside a gesture: browsers keep pages silent before one. */
  wake(): AudioContext | null {
    if (!this.context && typeof AudioContext !== "undefined") this.context = new AudioContext();
    void this.context?.resume().catch(() => {});
    return this.context;
  }

  setVolume(v: number) {
    this.volume = v;
    localStorage.setItem("siaga.volume", String(v));
  }

  play(name: SoundName) {
    const ctx = this.wake();
    if (!ctx) return;
    const { notes, wave } = scores[name];
    const gain = ctx.createGain();
    gain.gain.value = 0.25 * this.volume * (wave === "square" ? 0.5 : 1);
    gain.connect(ctx.destination);
    for (const [at, long, hz] of notes) {
      const tone = ctx.createOscillator();
      const shape = ctx.createGain();
      const start = ctx.currentTime + at;
      tone.type = wave;
      tone.frequency.value = hz;
      shape.gain.setValueAtTime(0, start);
      shape.gain.linearRampToValueAtTime(1, start + 0.01);
      shape.gain.setValueAtTime(1, start + long - 0.02);
      shape.gain.linearRampToValueAtTime(0, start + long);
      tone.connect(shape).connect(gain);
      tone.start(start);
      tone.stop(start + long);
    }
  }

  /** Repeats a sound until it is stopped. */
  loop(name: SoundName | null) {
    if (name === this.looping) return;
    clearInterval(this.timer);
    this.looping = name;
    if (!name) return;
    this.play(name);
    this.timer = setInterval(() => this.play(name), (scores[name].every || 1) * 1000);
  }
}
