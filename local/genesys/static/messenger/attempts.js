/** When this tab last pressed the page for another sign-in: outlives the page loads it causes. */

export class Attempts {
  #key;
  #page;

  constructor({ deploymentId, page }) {
    this.#key = `_${deploymentId}:renewed`;
    this.#page = page;
  }

  /** Milliseconds since 1970, undefined for never. */
  at() {
    const kept = this.#quietly((area) => area.getItem(this.#key));
    return kept ? Number(kept) : undefined;
  }

  note(milliseconds) {
    this.#quietly((area) => area.setItem(this.#key, String(milliseconds)));
  }

  clear() {
    this.#quietly((area) => area.removeItem(this.#key));
  }

  #quietly(act) {
    try {
      return act(this.#page.sessionStorage);
    } catch {
      return undefined; // a browser that refuses storage: then a page load is a new beginning
    }
  }
}
