// The current conversation: its messages, the requests it sends and the answers it receives. The server stores all of it.

import { newId, pageSocket } from "../../wire/socket.js";
import { partsOf } from "../message/parts.js";
import { applyEvent, newAnswer, resetAnswer } from "./answer.js";
import { MessageTree } from "./message-tree.js";

/**
 * Events: "change" (another branch is shown), "renamed" {before, after} (the ids of a message, the page's and the
 * server's), "started" {conversation?, title, omitted} (the server has stored the question), "event" {answer, event},
 * "ended" {answer}, "deleted" {parts, uploads} (the conversation is gone: its last question, to be sent again).
 */
export class Conversation extends EventTarget {
  tree = new MessageTree();
  id = null;
  title = "";
  settings = {};
  cost = { total: 0, unpriced: 0 };
  #runs = new Map();

  get busy() {
    return this.#runs.size > 0;
  }

  /** The last question where it has not reached the server: {content, uploads, question}; else null. */
  get unsent() {
    const { started, request, state } = this.tree.leaf() ?? {};
    const pending = state === "running" && pageSocket().state === "open";
    return started === false && !pending && request?.question ? request : null;
  }

  get running() {
    return this.tree.leaf()?.state === "running";
  }

  /** `content` of a chat body, `editing` the id of the question that this one replaces; `options` are {model, params}. */
  send({ content, uploads = [], editing = null }, options) {
    const edited = this.tree.get(editing);
    this.#removeUnsent();
    const parent = edited ? edited.parent : this.tree.leaf()?.id ?? null;
    this.#ask(content, uploads, parent, options);
  }

  /** Requests another answer to the same question, not from the cache; a question that never reached the server is sent again. */
  again({ request, started, parent }, options) {
    if (started === false && request?.question) {
      const { content, uploads, question, after } = request;
      this.tree.remove(question.id);
      this.tree.choose(after);
      this.#ask(content, uploads, after, options);
    } else {
      delete options.params.cache;
      this.#request(parent, options, { after: parent });
    }
  }

  stop() {
    this.#runs.get(this.tree.leaf())?.stop();
  }

  /** Loads a stored conversation. Resolves to null or an error; to `false` where another was opened meanwhile. */
  async open(id) {
    this.reset(id);
    const { conversation, error } = await readConversation(id);
    if (id !== this.id) {
      return false;
    }
    if (conversation) {
      this.#load(conversation);
    }
    return error ?? null;
  }

  /** Loads what another page has added meanwhile. */
  async refresh() {
    const { id, busy } = this;
    if (!id || busy) {
      return;
    }
    const { conversation } = await readConversation(id);
    const changed = conversation?.messages.some((message) => this.tree.get(message.id)?.state !== message.state);
    if (changed && id === this.id && !this.busy) {
      this.#load(conversation);
    }
  }

  /** An empty conversation. Runs of the one before go on at the server, which stores their answers. */
  reset(id = null) {
    Object.assign(this, { id, title: "", settings: {}, cost: { total: 0, unpriced: 0 }, tree: new MessageTree() });
    this.#runs = new Map();
  }

  #ask(content, uploads, parent, options) {
    const question = { id: newId(), role: "user", parent, parts: describeFiles(content, uploads) };
    this.tree.add(question);
    this.#request(question.id, options, { content, uploads, question, after: parent });
  }

  #request(parent, { model, params }, request) {
    const { content, question, after } = request;
    const answer = newAnswer({ id: newId(), parent, model, started: false, request });
    this.tree.add(answer);
    const messages = question ? [{ role: "user", content }] : [];
    const place = { conversation: this.id ?? "new", ...(after ? { parent: after } : {}) };
    const frame = { task: "chat", model, params: { ...params, messages }, render: true, ...place };
    this.#follow(answer, (listener) => pageSocket().start(frame, listener));
    this.#dispatch("change");
  }

  /** An unsent question stays in the thread until another one is sent. */
  #removeUnsent() {
    const leaf = this.tree.leaf();
    if (leaf?.started === false) {
      this.tree.remove(leaf.request.question?.id ?? leaf.id);
      this.tree.choose(leaf.request.after);
    }
  }

  #load({ messages, head, title, cost, settings, model }) {
    Object.assign(this, { title, cost: { total: 0, unpriced: 0, ...cost }, settings: { ...settings, model } });
    const shown = this.tree.leaf()?.id;
    this.tree.merge(messages, head);
    if (!this.tree.path().some(({ id }) => id === shown)) {
      this.tree.choose(shown);
    }
    this.tree.all().filter(({ state, run }) => state === "running" && run).forEach((answer) => this.#resume(answer));
    this.#dispatch("change");
  }

  /** Follows a run that was started before the page was loaded again, from its first event. */
  #resume(answer) {
    const { run, elapsed } = answer;
    answer.since = performance.now() - elapsed * 1000;
    this.#follow(resetAnswer(answer), (listener) => pageSocket().resume({ run }, listener));
  }

  #follow(answer, start) {
    const runs = this.#runs;
    runs.set(answer, start((event) => this.#onEvent(runs, answer, event)));
  }

  #onEvent(runs, answer, event) {
    applyEvent(answer, event);
    const shown = runs === this.#runs;
    if (shown && event.error?.code === 404 && event.error.param === "conversation") {
      const { content, uploads } = answer.request ?? {};
      this.#dispatch("deleted", { parts: content ?? this.tree.get(answer.parent)?.parts, uploads });
      return;
    }
    if (shown && event.type === "run.started") {
      this.#onStart(answer, event);
    }
    if (shown) {
      this.#dispatch("event", { answer, event });
    }
    if (event.type === "run.done" || event.type === "run.error") {
      runs.delete(answer);
      this.#addCost(answer, shown);
    }
  }

  #onStart(answer, { conversation, title, messages = [], message, left_out: omitted = [] }) {
    if (answer.request?.question && messages.length) {
      this.#rename(answer.request.question, messages.at(-1));
    }
    if (message) {
      this.#rename(answer, message);
    }
    this.title = title || this.title;
    const created = conversation && !this.id ? conversation : null;
    this.id ??= created;
    this.#dispatch("started", { conversation: created, title: this.title, omitted });
  }

  #rename(message, after) {
    const before = message.id;
    this.tree.rename(before, after);
    this.#dispatch("renamed", { before, after });
  }

  #addCost(answer, shown) {
    const { receipt } = answer;
    if (shown) {
      this.cost.total = Number(this.cost.total ?? 0) + Number(receipt?.cost ?? 0);
      this.cost.unpriced += receipt && receipt.cost === null ? 1 : 0;
      this.#dispatch("ended", { answer });
    }
  }

  #dispatch(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

async function readConversation(id) {
  const requests = await import("./requests.js");
  return requests.readConversation(id);
}

/** The parts of a question with what the composer knows of each upload in place of its id, as the server returns them. */
function describeFiles(content, uploads) {
  return partsOf(content).map((part) => {
    const inner = part[part.type];
    const known = uploads.find(({ upload, id }) => (upload ?? id) === inner?.upload);
    const { upload, ...facts } = known ?? {};
    return known ? { ...part, [part.type]: { ...inner, upload: { url: `/uploads/${inner.upload}`, ...facts, id: inner.upload } } } : part;
  });
}
