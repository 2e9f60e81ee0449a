// One seat's telephone: the microphone, a standing audio connection, and the socket that rings. The socket's life
// decides: when it is lost we try again for as long as the duty lasts, each time with a new peer connection.
import type { Clock } from "../live/clock";
import { Level } from "./level";
import { backoff, type FromServer, hear, type PhoneState, phoneOff, type Ring, type ToServer } from "./line";
import type { Sounds } from "./sounds";

const beatEvery = 1000; // the server gives a line up after 3 s without a beat
const unheard = 3500;

export class Softphone {
  private state: PhoneState = phoneOff;
  private listeners = new Set<() => void>();
  private wanted = false;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private beats: ReturnType<typeof setInterval> | undefined;
  private socket: WebSocket | null = null;
  private peer: RTCPeerConnection | null = null;
  private microphone: MediaStream | null = null;
  private meters: { mine?: Level; theirs?: Level } = {};
  private heard = 0;
  private beatSent = 0;
  private lost = { packets: 0, received: 0 };
  private readonly audio = new Audio();
  private readonly clock: Clock;
  private readonly sounds: Sounds;

  constructor(clock: Clock, sounds: Sounds) {
    this.clock = clock;
    this.sounds = sounds;
    this.audio.autoplay = true;
  }

  readonly get = () => this.state;
  readonly subscribe = (f: () => void) => {
    this.listeners.add(f);
    return () => void this.listeners.delete(f);
  };

  private set(next: PhoneState) {
    if (next === this.state) return;
    this.state = next;
    for (const t of this.microphone?.getAudioTracks() ?? []) t.enabled = next.mic && !next.muted;
    for (const f of this.listeners) f();
  }
  private patch(p: Partial<PhoneState>) {
    this.set({ ...this.state, ...p });
  }

  /** Asks for the microphone. Best inside a gesture. False when it is refused or missing. */
  async askMicrophone(): Promise<boolean> {
    this.patch({ line: "asking", error: "" });
    this.sounds.wake();
    try {
      if (!this.microphone?.getAudioTracks().some((t) => t.readyState === "live")) {
        this.microphone = await navigator.mediaDevices.getUserMedia({
          audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
        });
        for (const t of this.microphone.getAudioTracks()) {
          t.enabled = false; // muted at its source between calls
          t.addEventListener("ended", () => this.patch({ line: "no-mic" }));
        }
      }
      return true;
    } catch (err) {
      this.patch({ line: "no-mic", error: err instanceof Error ? err.name : "" });
      return false;
    }
  }

  /** Opens the line and keeps it open until close. The duty must have begun at the server. */
  open() {
    this.wanted = true;
    this.tries = 0;
    this.connect();
  }

  /** Ends the line and gives the microphone back. */
  close() {
    this.wanted = false;
    clearTimeout(this.retry);
    this.drop();
    for (const t of this.microphone?.getTracks() ?? []) t.stop();
    this.microphone = null;
    this.set(phoneOff);
  }

  mute(on: boolean) {
    this.patch({ muted: on });
  }

  /** Lets the browser play, after it held the sound back. Call inside a gesture. */
  unblock() {
    this.sounds.wake();
    void this.audio.play().then(
      () => this.patch({ blocked: false }),
      () => {},
    );
  }

  /** Loudness now, 0 to 1: of this microphone and of the line. */
  levels(): { mine: number; theirs: number } {
    return { mine: this.meters.mine?.read() ?? 0, theirs: this.meters.theirs?.read() ?? 0 };
  }

  private connect() {
    clearTimeout(this.retry);
    this.drop();
    this.patch({ line: this.state.line === "lost" ? "lost" : "opening" });
    const url = new URL("/api/v1/line", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => {
      this.heard = performance.now();
      void this.offer().catch((err: unknown) => {
        this.patch({ error: String(err) });
        socket.close();
      });
    };
    socket.onmessage = (e) => this.onMessage(JSON.parse(String(e.data)) as FromServer);
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.drop();
      if (!this.wanted) return;
      this.patch({ line: "lost", mic: false, ring: null });
      this.retry = setTimeout(() => this.connect(), backoff(this.tries++));
    };
  }

  private drop() {
    clearInterval(this.beats);
    const { socket, peer } = this;
    this.socket = null;
    this.peer = null;
    socket?.close();
    peer?.close();
    this.meters.theirs?.close();
    this.meters.mine?.close();
    this.meters = {};
    this.lost = { packets: 0, received: 0 };
  }

  private send(m: ToServer) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(m));
  }

  private async offer() {
    if (!this.microphone) throw new Error("no microphone");
    const peer = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.peer = peer;
    const track = this.microphone.getAudioTracks()[0];
    if (!track) throw new Error("no microphone");
    const way = peer.addTransceiver(track, { direction: "sendrecv", streams: [this.microphone] });
    const alaw = RTCRtpReceiver.getCapabilities?.("audio")?.codecs.filter((c) => /pcma$/i.test(c.mimeType)) ?? [];
    if (alaw.length > 0) way.setCodecPreferences(alaw); // A-law end to end: nothing is transcoded
    peer.ontrack = (e) => this.onTrack(e.streams[0] ?? new MediaStream([e.track]));
    peer.onconnectionstatechange = () => {
      if (this.peer !== peer) return;
      if (peer.connectionState === "connected") {
        this.tries = 0;
        this.patch({ line: "up", error: "" });
      }
      if (peer.connectionState === "failed") this.socket?.close();
      if (peer.connectionState === "disconnected") {
        setTimeout(() => peer === this.peer && peer.connectionState === "disconnected" && this.socket?.close(), 1500);
      }
    };
    await peer.setLocalDescription(await peer.createOffer());
    this.send({ t: "offer", sdp: peer.localDescription?.sdp ?? "" });
    const context = this.sounds.wake();
    if (context) this.meters.mine = new Level(context, this.microphone);
  }

  private onTrack(stream: MediaStream) {
    this.audio.srcObject = stream;
    void this.audio.play().then(
      () => this.patch({ blocked: false }),
      () => this.patch({ blocked: true }),
    );
    const context = this.sounds.wake();
    if (context) this.meters.theirs = new Level(context, stream);
  }

  private onMessage(m: FromServer) {
    this.heard = performance.now();
    this.set(hear(this.state, m));
    switch (m.t) {
      case "ring":
        // The screen has it: a seat that doesn't say so within 700 ms is passed over.
        return this.send({ t: "rang", call: m.call, offer: m.offer });
      case "answer":
        // From the first beat on the server is strict: it comes when the page has its audio on the way.
        clearInterval(this.beats);
        this.beats = setInterval(() => void this.beat(), beatEvery);
        return void this.peer?.setRemoteDescription({ type: "answer", sdp: m.sdp }).catch((err: unknown) => {
          this.patch({ error: String(err) });
          this.socket?.close();
        });
      case "beat":
        return this.clock.sample(Date.parse(m.at), this.beatSent, Date.now());
      case "moved":
        this.wanted = false;
        return this.drop();
      case "error":
        return this.socket?.close();
    }
  }

  private async beat() {
    if (performance.now() - this.heard > unheard) {
      this.socket?.close(); // half-open: the other side is gone and TCP doesn't know yet
      return;
    }
    const { loss, jitterMs } = await this.quality();
    this.beatSent = Date.now();
    this.send({ t: "beat", level: Math.round(this.levels().mine * 100) / 100, loss, jitterMs });
  }

  private async quality(): Promise<{ loss: number; jitterMs: number }> {
    const stats = await this.peer?.getStats().catch(() => undefined);
    let result = { loss: 0, jitterMs: 0 };
    stats?.forEach((s: { type: string; packetsLost?: number; packetsReceived?: number; jitter?: number }) => {
      if (s.type !== "inbound-rtp") return;
      const packets = s.packetsLost ?? 0;
      const received = s.packetsReceived ?? 0;
      const gone = Math.max(0, packets - this.lost.packets);
      const all = gone + Math.max(0, received - this.lost.received);
      this.lost = { packets, received };
      result = { loss: all > 0 ? gone / all : 0, jitterMs: Math.round((s.jitter ?? 0) * 1000) };
    });
    return result;
  }
}

export type { PhoneState, Ring };
