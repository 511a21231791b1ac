// The microphone: devices, level, and the recording as a file.

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const UNPROCESSED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const EXTENSIONS = { webm: "webm", mp4: "m4a", ogg: "ogg" };

/** Why there is no microphone: "denied", "absent", "busy", "codec" or "failed". */
export class MicrophoneError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class Microphone {
  #stream = null;
  #context = null;
  #source = null;
  #analyser = null;
  #output = null;
  #samples = null;
  #recorder = null;
  #parts = [];
  #before = 0;
  #since = 0;

  /**
   * Opens a microphone for its level, without recording yet. One that is opened while another records takes its place in
   * the recording; where it cannot be opened, the other one goes on. Throws MicrophoneError.
   */
  async open(deviceId = "") {
    const stream = await openStream(deviceId);
    this.#context ?? this.#build();
    this.#source?.disconnect();
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = stream;
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** What is recorded is the output of a graph, whose source can be exchanged. */
  #build() {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#output = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1, channelCountMode: "explicit" });
    this.#analyser.connect(this.#output);
  }

  get recording() {
    return this.#recorder !== null;
  }

  /** Microphones as {id, label}; labels are empty until one was allowed. */
  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const found = all.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "communications");
    return found.map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  get device() {
    return this.#stream?.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  start() {
    const type = TYPES.find((candidate) => MediaRecorder.isTypeSupported(candidate));
    if (!type) {
      throw new MicrophoneError("codec");
    }
    const parts = [];
    this.#parts = parts;
    this.#before = 0;
    this.#since = performance.now();
    this.#recorder = new MediaRecorder(this.#output.stream, { mimeType: type, audioBitsPerSecond: 64000 });
    this.#recorder.addEventListener("dataavailable", ({ data }) => data.size && parts.push(data));
    this.#recorder.start(1000);
  }

  get paused() {
    return this.#recorder?.state === "paused";
  }

  toggle() {
    if (this.paused) {
      this.#recorder.resume();
      this.#since = performance.now();
    } else {
      this.#recorder.pause();
      this.#before += performance.now() - this.#since;
    }
  }

  /** Seconds recorded so far, pauses not counted. */
  get elapsed() {
    const running = this.#recorder && !this.paused ? performance.now() - this.#since : 0;
    return (this.#before + running) / 1000;
  }

  /** Loudest sample just now, 0 to 1. */
  get level() {
    if (!this.#analyser) {
      return 0;
    }
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let loud = 0;
    for (const sample of this.#samples) {
      loud = Math.max(loud, Math.abs(sample));
    }
    return Math.min(1, loud);
  }

  /** Closes the microphone and returns the recording. */
  async finish(name) {
    const recorder = this.#recorder;
    const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    recorder.stop();
    await ended;
    this.#stop();
    const type = recorder.mimeType.split(";")[0];
    return new File(this.#parts, `${name}.${EXTENSIONS[type.split("/")[1]] ?? "webm"}`, { type });
  }

  cancel() {
    this.#stop();
    this.#parts = [];
  }

  #stop() {
    if (this.#recorder && this.#recorder.state !== "inactive") {
      this.#recorder.stop();
    }
    this.#recorder = null;
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#context?.close();
    this.#stream = this.#context = this.#source = this.#analyser = this.#output = null;
  }
}

async function openStream(deviceId) {
  try {
    const audio = { ...UNPROCESSED, ...(deviceId ? { deviceId: { exact: deviceId } } : {}) };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new MicrophoneError(reasonOf(error));
  }
}

function reasonOf({ name }) {
  return {
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotFoundError: "absent",
    OverconstrainedError: "absent",
    NotReadableError: "busy",
  }[name] ?? "failed";
}
