// A conversation as a tree: an edited question and a repeated answer stand beside the earlier one.

export class MessageTree {
  #messages = new Map();
  #children = new Map([[null, []]]);
  #chosen = new Map();

  get size() {
    return this.#messages.size;
  }

  get(id) {
    return this.#messages.get(id);
  }

  all() {
    return [...this.#messages.values()];
  }

  /** Oldest first, as the server tells them; what is known already is brought up to date. */
  take(messages, head = null) {
    for (const message of messages) {
      const known = this.#messages.get(message.id);
      if (known) {
        Object.assign(known, message);
      } else {
        this.#put(message);
      }
    }
    if (this.#messages.has(head)) {
      this.choose(head);
    }
  }

  /** A new message; it and what leads to it become the path that is shown. */
  add(message) {
    this.#put(message);
    this.choose(message.id);
  }

  /** The server's id for a message that was shown before the server knew it. */
  rename(id, known) {
    const message = this.#messages.get(id);
    if (!message || id === known) {
      return;
    }
    message.id = known;
    this.#messages = new Map([...this.#messages.values()].map((one) => [one.id, one]));
    this.#children.set(known, this.#children.get(id));
    this.#children.delete(id);
    this.#children.get(known).forEach((child) => { this.#messages.get(child).parent = known; });
    const row = this.#children.get(message.parent);
    row[row.indexOf(id)] = known;
    this.choose(known);
  }

  /** Takes a message and everything below it away. */
  remove(id) {
    const message = this.#messages.get(id);
    if (!message) {
      return;
    }
    [...this.#children.get(id)].forEach((child) => this.remove(child));
    this.#children.delete(id);
    this.#messages.delete(id);
    this.#children.set(message.parent, this.#children.get(message.parent).filter((one) => one !== id));
    this.#chosen.delete(message.parent);
  }

  /** Shows the branch that this message is on. */
  choose(id) {
    for (let at = this.#messages.get(id); at; at = this.#messages.get(at.parent)) {
      this.#chosen.set(at.parent, at.id);
    }
  }

  /** From the root to the leaf of the branch that is shown. */
  path() {
    const found = [];
    for (let id = this.#next(null); id; id = this.#next(id)) {
      found.push(this.#messages.get(id));
    }
    return found;
  }

  leaf() {
    return this.path().at(-1) ?? null;
  }

  /** {index, count, before, after}: where a message stands among those with the same parent. */
  place(id) {
    const row = this.#children.get(this.#messages.get(id).parent);
    const index = row.indexOf(id);
    return { index, count: row.length, before: row[index - 1] ?? null, after: row[index + 1] ?? null };
  }

  #put(message) {
    const parent = this.#messages.has(message.parent) ? message.parent : null;
    this.#messages.set(message.id, Object.assign(message, { parent }));
    this.#children.set(message.id, []);
    this.#children.get(parent).push(message.id);
  }

  #next(parent) {
    return this.#chosen.get(parent) ?? this.#children.get(parent).at(-1) ?? null;
  }
}
