// An answer while its run goes on: each event is applied to it; at the end it equals the message that the server stores.

const END_STATES = { "run.done": (event) => event.outcome, "run.error": () => "failed" };

export function newAnswer(fields) {
  return { role: "assistant", state: "running", text: "", reasoning: "", calls: [], images: [], audio: null, blocks: [], ...fields };
}

/** Empties an answer whose run is resumed: the server repeats all events from the first. */
export function resetAnswer(answer) {
  return Object.assign(answer, newAnswer({ html: "", error: null, receipt: null, reasoning_seconds: null }));
}

export function applyEvent(answer, event) {
  switch (event.type) {
    case "run.started":
      Object.assign(answer, { run: event.run, provider: event.provider, started: true });
      break;
    case "text.delta":
      answer.text += event.text;
      answer.spoken ||= event.spoken === true;
      break;
    case "html.block":
      answer.blocks[event.index] = event.html;
      break;
    case "reasoning.delta":
      answer.reasoning += event.text;
      break;
    case "reasoning.done":
      answer.reasoning_seconds = event.seconds;
      break;
    case "tool.call":
      appendToCall(answer.calls, event);
      break;
    case "image.ready":
      answer.images[event.index] = { url: event.url, media_type: event.media_type };
      break;
    case "audio.start":
      answer.hasAudio = true;
      break;
    case "audio.end":
      answer.audio = event.url ? { url: event.url, duration: event.duration } : null;
      break;
    case "run.done":
    case "run.error":
      Object.assign(answer, { state: END_STATES[event.type](event), receipt: event.receipt ?? null, error: event.error ?? null });
      break;
  }
  return answer;
}

/** Fragments of one call share an index: its id (`call`) and name come once, the arguments in pieces. */
function appendToCall(calls, { index, call: id, name, arguments: more }) {
  const known = calls[index] ?? { id: "", name: "", arguments: "" };
  calls[index] = { id: id || known.id, name: name || known.name, arguments: known.arguments + (more ?? "") };
}

/** Arguments of a call, indented where they are complete JSON, else as they are. */
export function formatJson(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** True while no content has arrived. */
export function isEmpty({ text, reasoning, calls, images, blocks, audio, hasAudio }) {
  return !(text || reasoning || calls?.length || images?.length || blocks?.length || audio || hasAudio);
}
