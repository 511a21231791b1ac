// <passkey-form>: asks the browser for a passkey (get) or for a new one (create) and posts its answer.

class PasskeyForm extends HTMLElement {
  connectedCallback() {
    if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) return
    this.hidden = false
    this.querySelector("form").addEventListener("submit", (event) => this.#submit(event))
  }

  async #submit(event) {
    event.preventDefault()
    const form = event.target
    const failure = this.querySelector("[data-role=failure]")
    failure.hidden = true
    try {
      const credential = await this.#credential()
      form.elements.credential.value = JSON.stringify(credential.toJSON())
      form.submit()
    } catch {
      failure.hidden = false
    }
  }

  async #credential() {
    const { publicKey } = await this.#options()
    if (this.dataset.mode === "get") {
      return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
    }
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(this.#selected(publicKey)) })
  }

  // One that signs in alone has to be kept by the device and unlocked by its owner.
  #selected(publicKey) {
    const alone = this.querySelector("[name=passwordless]").checked
    const verification = alone ? "required" : publicKey.authenticatorSelection?.userVerification
    return {
      ...publicKey,
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: alone ? "required" : "discouraged",
        requireResidentKey: alone,
        userVerification: verification,
      },
    }
  }

  async #options() {
    const own = this.querySelector("script[type='application/json']")
    if (own) return JSON.parse(own.textContent)
    const answer = await fetch(this.dataset.source, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } })
    return (await answer.json()).request_options
  }
}

customElements.define("passkey-form", PasskeyForm)
