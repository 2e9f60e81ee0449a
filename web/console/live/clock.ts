// Server time on this screen. The PC's clock may be wrong by hours; the skew is measured by answers to our own
// questions, and the answer with the shortest way is believed.

const keep = 16; // samples; older ones leave, so that a drifting PC clock is followed

export class Clock {
  private samples: { offset: number; rtt: number }[] = [];
  private readonly local: () => number;
  constructor(local: () => number = () => Date.now()) {
    this.local = local;
  }

  /** Takes in a server time that was read between two local moments (milliseconds of the epoch). */
  sample(server: number, sent: number, received: number) {
    if (!Number.isFinite(server) || received < sent) return;
    const rtt = received - sent;
    this.samples.push({ offset: server - (sent + rtt / 2), rtt });
    if (this.samples.length > keep) this.samples.shift();
  }

  /** How far the server's clock is ahead of this PC's, in milliseconds. */
  get skew(): number {
    let best = { offset: 0, rtt: Number.POSITIVE_INFINITY };
    for (const s of this.samples) if (s.rtt <= best.rtt) best = s;
    return best.offset;
  }

  /** The server's time now, in milliseconds of the epoch. */
  now(): number {
    return this.local() + this.skew;
  }
}
