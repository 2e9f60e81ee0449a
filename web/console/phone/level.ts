// Loudness of a stream, read from an AnalyserNode. Nothing is kept of what was said.

export class Level {
  private node: AnalyserNode;
  private data: Float32Array<ArrayBuffer>;
  private source: MediaStreamAudioSourceNode;
  constructor(context: AudioContext, stream: MediaStream) {
    this.node = context.createAnalyser();
    this.node.fftSize = 512;
    this.data = new Float32Array(this.node.fftSize);
    this.source = context.createMediaStreamSource(stream);
    this.source.connect(this.node);
  }
  /** From 0 (silence, -60 dBFS or less) to 1 (full scale). */
  read(): number {
    this.node.getFloatTimeDomainData(this.data);
    let sum = 0;
    for (const v of this.data) sum += v * v;
    const db = 10 * Math.log10(sum / this.data.length + 1e-12);
    return Math.min(1, Math.max(0, (db + 60) / 60));
  }
  close() {
    this.source.disconnect();
  }
}
