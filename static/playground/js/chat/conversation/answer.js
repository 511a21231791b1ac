// What an answer is so far: every event of its run goes in, the message as the server will keep it comes out.

const ENDED = { "run.done": (event) => event.outcome, "run.error": () => "failed" };

export function newAnswer(fields) {
  return { role: "assistant", state: "running", text: "", reasoning: "", calls: [], images: [], audio: null, blocks: [], ...fields };
}

/** Begins again: a resumed run tells everything from its first event. */
export function restart(answer) {
  return Object.assign(answer, newAnswer({ html: "", error: null, receipt: null }));
}

export function note(answer, event) {
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
    case "tool.call":
      call(answer.calls, event);
      break;
    case "image.ready":
      answer.images[event.index] = { url: event.url, media_type: event.media_type };
      break;
    case "audio.start":
      answer.sounding = true;
      break;
    case "audio.end":
      answer.audio = event.url ? { url: event.url, duration: event.duration } : null;
      break;
    case "run.done":
    case "run.error":
      Object.assign(answer, { state: ENDED[event.type](event), receipt: event.receipt ?? null, error: event.error ?? null });
      break;
  }
  return answer;
}

/** Fragments of one call share an index; its id and its name come once, its arguments grow. */
function call(calls, { index, id, name, arguments: more }) {
  const known = calls[index] ?? { id: "", name: "", arguments: "" };
  calls[index] = { id: id || known.id, name: name || known.name, arguments: known.arguments + (more ?? "") };
}

/** Arguments for reading: indented where they are whole JSON, else as they are. */
export function readable(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/** True where nothing that can be read, seen or heard has come yet. */
export function silent({ text, reasoning, calls, images, blocks, audio, sounding }) {
  return !(text || reasoning || calls?.length || images?.length || blocks?.length || audio || sounding);
}
