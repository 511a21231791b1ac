// Keys inside the list of voices, which is one Tab stop. Loaded when the list first has the focus.

/** The time between two letters of one word, in milliseconds. */
const PAUSE = 800;
const PAGE = 6;

let typed = "";
let timer = 0;

/** `plain` makes a text comparable. The browser itself moves by arrow keys, as in any group of radio buttons. */
export function watchKeys(list, plain) {
  number(list);
  list.addEventListener("focusin", (event) => list.contains(event.relatedTarget) || number(list));
  list.addEventListener("keydown", (event) => onKey(event, list, plain));
}

/** Tells screen readers each voice's place among those that the filters leave. */
function number(list) {
  const inputs = shown(list);
  inputs.forEach((input, index) => {
    input.setAttribute("aria-posinset", index + 1);
    input.setAttribute("aria-setsize", inputs.length);
  });
}

function onKey(event, list, plain) {
  const inputs = shown(list);
  const at = inputs.indexOf(event.target);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return;
  }
  const last = inputs.length - 1;
  const places = { Home: 0, End: last, PageUp: Math.max(0, at - PAGE), PageDown: Math.min(last, at + PAGE) };
  if (event.key === "Enter") {
    event.target.closest(".voice-tile").querySelector(".voice-sample").click();
  } else if (event.key in places) {
    choose(inputs[places[event.key]]);
  } else if (event.key.length === 1 && (event.key !== " " || typed)) {
    choose(find(event.key, inputs, at, plain));
  } else {
    return;
  }
  event.preventDefault();
}

/** The next voice whose name begins with what was typed; the same letter again goes to the next one. */
function find(key, inputs, at, plain) {
  clearTimeout(timer);
  timer = setTimeout(() => { typed = ""; }, PAUSE);
  typed += plain(key);
  const repeated = [...typed].every((letter) => letter === typed[0]);
  const wanted = repeated ? typed[0] : typed;
  const from = at + (repeated ? 1 : 0);
  const order = [...inputs.slice(from), ...inputs.slice(0, from)];
  return order.find((input) => plain(input.parentElement.querySelector(".voice-name").textContent).startsWith(wanted));
}

function choose(input) {
  input?.focus();
  input?.click();
}

function shown(list) {
  return [...list.querySelectorAll(".voice-tile:not([hidden]) input")];
}
