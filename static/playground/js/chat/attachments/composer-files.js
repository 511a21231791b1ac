// The files of the message in the composer. The list that uploads and shows them is loaded with the first file.

export class ComposerFiles {
  #composer;
  #changed;
  #list = null;
  #loading = null;
  #adding = 0;
  #refused = [];

  /** `changed` is called whenever a file comes, goes or makes progress. */
  constructor(composer, changed) {
    this.#composer = composer;
    this.#changed = changed;
  }

  get count() {
    return this.#list?.items.length ?? 0;
  }

  /** Whether files are still on their way to the server. */
  get busy() {
    return this.#adding > 0 || this.#list?.busy;
  }

  get problem() {
    return this.#list?.problem;
  }

  content(text) {
    return this.#list?.content(text) ?? text;
  }

  uploads() {
    return this.#list?.uploads() ?? [];
  }

  async add(files) {
    if (files.length) {
      this.#adding += 1;
      const list = await this.#load();
      this.#adding -= 1;
      this.refuse(list.add(files));
      this.#composer.focus();
      this.#changed();
    }
  }

  /** A file that a button asks for: `role` is the button's, "record" or "pick". */
  async addFrom(role, kind) {
    const { pick, record } = await import("./file-sources.js");
    const file = role === "record" ? await record(this.#composer) : pick(this.#composer, kind);
    this.add(file ? [file] : []);
  }

  /** The files of a message that was sent before. */
  async load(parts, uploads) {
    (await this.#load()).load(parts, uploads);
  }

  /** The files of a draft. */
  async restore(uploads) {
    (await this.#load()).restore(uploads);
  }

  take() {
    return this.#list?.take() ?? [];
  }

  clear(items) {
    this.#list?.clear(items);
  }

  /** Marks what the model does not accept, and adds what only the model before did not. */
  fit(accepts) {
    const again = this.#refused.filter(({ kind }) => accepts[kind]?.ok);
    this.#list?.fit(accepts);
    this.clearNotes();
    this.#refused = [];
    this.add(again.map(({ file }) => file));
  }

  /** Says which files were refused and why, until the note is closed. */
  async refuse(refused) {
    if (refused.length) {
      this.#refused = refused.filter(({ file, kind }) => file && kind);
      const { showRefusals } = await import("./refusal-notes.js");
      showRefusals(this.#notes, refused);
    }
  }

  clearNotes() {
    this.#notes.replaceChildren();
  }

  get #notes() {
    return this.#composer.querySelector("[data-role=notes]");
  }

  #load() {
    this.#loading ??= import("./attachment-list.js").then(({ AttachmentList }) => {
      this.#list = new AttachmentList(this.#composer, this.#changed);
      return this.#list;
    });
    return this.#loading;
  }
}
