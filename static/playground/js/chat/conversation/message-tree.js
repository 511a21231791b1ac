// The messages of a conversation as a tree: an edited question or another answer is a sibling of the earlier one.

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

  /** Adds the server's messages, oldest first, or updates those that are here; `head` is the leaf to show. */
  merge(messages, head = null) {
    for (const message of messages) {
      const known = this.#messages.get(message.id);
      if (known) {
        Object.assign(known, message);
      } else {
        this.#insert(message);
      }
    }
    if (this.#messages.has(head)) {
      this.choose(head);
    }
  }

  /** Adds a message and shows its branch. */
  add(message) {
    this.#insert(message);
    this.choose(message.id);
  }

  /** Replaces the page's id of a message by the server's. */
  rename(id, serverId) {
    const message = this.#messages.get(id);
    if (!message || id === serverId) {
      return;
    }
    message.id = serverId;
    this.#messages = new Map([...this.#messages.values()].map((one) => [one.id, one]));
    this.#children.set(serverId, this.#children.get(id));
    this.#children.delete(id);
    this.#children.get(serverId).forEach((child) => { this.#messages.get(child).parent = serverId; });
    const row = this.#children.get(message.parent);
    row[row.indexOf(id)] = serverId;
    this.choose(serverId);
  }

  /** Removes a message and everything below it. */
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

  /** The messages of the branch that is shown, from its root to its leaf. */
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

  /** {index, count, before, after}: the place of a message among its siblings, and the ids of its neighbours. */
  place(id) {
    const row = this.#children.get(this.#messages.get(id).parent);
    const index = row.indexOf(id);
    return { index, count: row.length, before: row[index - 1] ?? null, after: row[index + 1] ?? null };
  }

  #insert(message) {
    const parent = this.#messages.has(message.parent) ? message.parent : null;
    this.#messages.set(message.id, Object.assign(message, { parent }));
    this.#children.set(message.id, []);
    this.#children.get(parent).push(message.id);
  }

  #next(parent) {
    return this.#chosen.get(parent) ?? this.#children.get(parent).at(-1) ?? null;
  }
}
