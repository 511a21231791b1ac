// Finds the sentence that is being read aloud in the rendered answer and highlights it.

const MARKS = /[*\x60#>~]+|(?<!\w)_+|_+(?!\w)|^\s*(?:[-+]|\d+[.)])\s+/gm;
const LINKS = /!?\[([^\]]*)\]\([^)\s]*\)/g;

/** `sentence` is Markdown; one that cannot be found again leaves nothing highlighted. */
export function highlightSentence(prose, sentence) {
  const range = findText(prose, sentence.replace(LINKS, "$1").replace(MARKS, "").trim());
  if (CSS.highlights && range) {
    CSS.highlights.set("reading", new Highlight(range));
  } else {
    clearHighlight();
  }
}

export function clearHighlight() {
  CSS.highlights?.delete("reading");
}

function findText(prose, sentence) {
  const walker = document.createTreeWalker(prose, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, start: text.length });
    text += walker.currentNode.data;
  }
  const at = text.replace(/\s/g, " ").indexOf(sentence.replace(/\s/g, " "));
  if (at < 0 || !sentence) {
    return null;
  }
  const range = new Range();
  const first = nodes.findLast(({ start }) => start <= at);
  const last = nodes.findLast(({ start }) => start < at + sentence.length);
  range.setStart(first.node, at - first.start);
  range.setEnd(last.node, at + sentence.length - last.start);
  return range;
}
