// One conversation and its runs: what is asked goes up, the answer comes down into its branch, the server keeps both.

import { newId, pageSocket } from "../../wire/socket.js";
import { newAnswer, note, restart } from "./answer.js";
import { MessageTree } from "./message-tree.js";

/**
 * Events: "change" (the branch shown is another), "renamed" {before, after} (the server's id of a message),
 * "begun" {conversation?, title, left} (the server has it), "told" {answer, event}, "ended" {answer},
 * "gone" {parts, uploads} (deleted elsewhere: what was asked, to be asked again).
 */
export class Conversing extends EventTarget {
  tree = new MessageTree();
  id = null;
  title = "";
  settings = {};
  cost = { total: 0, unpriced: 0 };
  #runs = new Map();

  get busy() {
    return this.#runs.size > 0;
  }

  /** What was asked last and did not get through: {content, uploads, question}; null where there is none. */
  get unsent() {
    const { started, asked, state } = this.tree.leaf() ?? {};
    const waits = state === "running" && pageSocket().state === "open";
    return started === false && !waits && asked?.question ? asked : null;
  }

  get running() {
    return this.tree.leaf()?.state === "running";
  }

  /** `content` as a chat body has it, `editing` the id of the question it stands beside; `how` is {model, params}. */
  send({ content, uploads = [], editing = null }, how) {
    const edited = this.tree.get(editing);
    this.#dropUnsent();
    const parent = edited ? edited.parent : this.tree.leaf()?.id ?? null;
    const question = { id: newId(), role: "user", parent, parts: described(content, uploads) };
    this.tree.add(question);
    this.#ask(question.id, how, { content, uploads, question, after: parent });
  }

  /** Another answer below the same question; one that never reached the server is asked anew. */
  again(answer, how) {
    const { asked, started, parent } = answer;
    if (started === false && asked?.question) {
      this.tree.remove(asked.question.id);
      this.tree.choose(asked.after);
      const { content, uploads, after } = asked;
      const question = { id: newId(), role: "user", parent: after, parts: described(content, uploads) };
      this.tree.add(question);
      this.#ask(question.id, how, { content, uploads, question, after });
    } else {
      this.#ask(parent, how, { after: parent });
    }
  }

  stop() {
    this.#runs.get(this.tree.leaf())?.stop();
  }

  /** Shows a kept conversation. Resolves to an error, or null; `false` where another was opened meanwhile. */
  async open(id) {
    this.begin(id);
    const { conversation, error } = await read(id);
    if (id !== this.id) {
      return false;
    }
    if (conversation) {
      this.#take(conversation);
    }
    return error ?? null;
  }

  /** What another page has added meanwhile. */
  async lookAgain() {
    const { id, busy } = this;
    if (!id || busy) {
      return;
    }
    const { conversation } = await read(id);
    const news = conversation?.messages.some((message) => this.tree.get(message.id)?.state !== message.state);
    if (news && id === this.id && !this.busy) {
      this.#take(conversation);
    }
  }

  /** Nothing yet. Runs go on at the server; whoever comes back to their conversation finds them there. */
  begin(id = null) {
    Object.assign(this, { id, title: "", settings: {}, cost: { total: 0, unpriced: 0 }, tree: new MessageTree() });
    this.#runs = new Map();
  }

  #ask(parent, { model, params }, asked) {
    const { content, question, after } = asked;
    const answer = newAnswer({ id: newId(), parent, model, started: false, asked });
    this.tree.add(answer);
    const messages = question ? [{ role: "user", content }] : [];
    const place = { conversation: this.id ?? "new", ...(after ? { parent: after } : {}) };
    const request = { task: "chat", model, params: { ...params, messages }, render: true, ...place };
    this.#follow(answer, (listener) => pageSocket().start(request, listener));
    this.#say("change");
  }

  /** A question that never reached the server stays to be read until something else is asked. */
  #dropUnsent() {
    const leaf = this.tree.leaf();
    if (leaf?.started === false) {
      this.tree.remove(leaf.asked.question?.id ?? leaf.id);
      this.tree.choose(leaf.asked.after);
    }
  }

  #take({ messages, head, title, cost, settings, model }) {
    Object.assign(this, { title, cost: { total: 0, unpriced: 0, ...cost }, settings: { ...settings, model } });
    const reader = this.tree.leaf()?.id;
    this.tree.take(messages, head);
    if (!this.tree.path().some(({ id }) => id === reader)) {
      this.tree.choose(reader);
    }
    this.tree.all().filter(({ state, run }) => state === "running" && run).forEach((answer) => this.#resume(answer));
    this.#say("change");
  }

  /** A run outlives its page: it tells everything again from its first event. */
  #resume(answer) {
    const { run } = answer;
    this.#follow(restart(answer), (listener) => pageSocket().resume({ run }, listener));
  }

  #follow(answer, begin) {
    const runs = this.#runs;
    runs.set(answer, begin((event) => this.#hear(runs, answer, event)));
  }

  #hear(runs, answer, event) {
    note(answer, event);
    const shown = runs === this.#runs;
    if (shown && event.error?.code === 404 && event.error.param === "conversation") {
      const { content, uploads } = answer.asked ?? {};
      this.#say("gone", { parts: content ?? this.tree.get(answer.parent)?.parts, uploads });
      return;
    }
    if (shown && event.type === "run.started") {
      this.#begun(answer, event);
    }
    if (shown) {
      this.#say("told", { answer, event });
    }
    if (event.type === "run.done" || event.type === "run.error") {
      runs.delete(answer);
      this.#charge(answer, shown);
    }
  }

  #begun(answer, { conversation, title, messages = [], message, left_out: left = [] }) {
    if (answer.asked?.question && messages.length) {
      this.#rename(answer.asked.question, messages.at(-1));
    }
    if (message) {
      this.#rename(answer, message);
    }
    this.title = title || this.title;
    const fresh = conversation && !this.id ? conversation : null;
    this.id ??= fresh;
    this.#say("begun", { conversation: fresh, title: this.title, left });
  }

  #rename(message, after) {
    const before = message.id;
    this.tree.rename(before, after);
    this.#say("renamed", { before, after });
  }

  #charge(answer, shown) {
    const { receipt } = answer;
    if (shown) {
      this.cost.total = Number(this.cost.total ?? 0) + Number(receipt?.cost ?? 0);
      this.cost.unpriced += receipt && receipt.cost === null ? 1 : 0;
      this.#say("ended", { answer });
    }
  }

  #say(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

async function read(id) {
  const { readConversation } = await import("./requests.js");
  return readConversation(id);
}

/** Parts as the server would tell them: what the composer knows of a file in place of its id. */
function described(content, uploads) {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return parts.map((part) => {
    const inner = part[part.type];
    const known = uploads.find(({ upload, id }) => (upload ?? id) === inner?.upload);
    const { upload, ...facts } = known ?? {};
    return known ? { ...part, [part.type]: { ...inner, upload: { url: `/uploads/${inner.upload}`, ...facts, id: inner.upload } } } : part;
  });
}
