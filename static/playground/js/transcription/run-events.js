// What the events of a run, up to its end, change in a file's item and in the view that shows its transcript.

/** `item` is one of the drop zone (`files`); `view` is the transcript view, which may show another file's transcript. */
export function applyEvent(event, item, files, view) {
  const { transcript } = item;
  const visible = view.transcript === transcript;
  switch (event.type) {
    case "run.started":
      item.run = event.run;
      break;
    case "run.progress": {
      const { stage, done, total } = event;
      const queued = stage === "queue";
      files.set(item, { queued, done, total, progress: total && !queued ? done / total : null, tried: "" });
      break;
    }
    case "transcript.delta":
      noteFirst(item, files);
      transcript.delta(event.text);
      visible && view.refresh();
      break;
    case "transcript.segment": {
      noteFirst(item, files);
      const row = transcript.segment(event);
      visible && view.addSegment(row);
      break;
    }
    case "transcript.words": {
      noteFirst(item, files);
      const rows = transcript.addWords(event.words);
      visible && view.redraw(rows);
      break;
    }
  }
}

/** The time from click to first text in ms; none for a run that was resumed. Failed attempts are past. */
function noteFirst(item, files) {
  if (item.tried) {
    files.set(item, { tried: "" });
  }
  if (item.first === null && item.clicked !== null) {
    item.first = performance.now() - item.clicked;
  }
}
