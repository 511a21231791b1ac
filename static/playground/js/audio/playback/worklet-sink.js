// Feeds samples to the audio worklet, which plays and counts them.

const CAPACITY_SECONDS = 8;
const PREBUFFER_SECONDS = 0.05;

export class WorkletSink {
  mode = "worklet";
  #node;

  static async open(context, workletUrl, listener) {
    await context.audioWorklet.addModule(workletUrl);
    return new WorkletSink(context, listener);
  }

  constructor(context, listener) {
    this.capacity = Math.ceil(CAPACITY_SECONDS * context.sampleRate);
    this.#node = new AudioWorkletNode(context, "polyphony-player", {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions: { capacity: this.capacity, prebuffer: Math.ceil(PREBUFFER_SECONDS * context.sampleRate) },
    });
    this.#node.port.onmessage = (event) => listener(event.data);
    this.#node.connect(context.destination);
  }

  feed(epoch, samples) {
    this.#node.port.postMessage({ type: "feed", epoch, samples }, [samples.buffer]);
  }

  last(epoch) {
    this.#node.port.postMessage({ type: "last", epoch });
  }

  flush(epoch, fresh) {
    this.#node.port.postMessage({ type: "flush", epoch, fresh });
  }

  close() {
    this.#node.port.postMessage({ type: "close" });
    this.#node.disconnect();
  }
}
