/**
 * What Messenger keeps for a deployment in the page's localStorage, and how the tabs of one origin
 * learn of each other's changes.
 */

/** Names under which the vendor's script keeps things (Genesys, localStorage page). */
export const JWT = 'gcatkn';
export const REFRESH_TOKEN = 'gcartkn';
export const SESSION_ACTIVE = 'gcmcsessionActive';
/** Assumption: this is the client-made token of the socket's session; its use is not documented. */
export const SESSION_TOKEN = 'actmu';

const ALL = [JWT, REFRESH_TOKEN, SESSION_ACTIVE, SESSION_TOKEN];

export class Storage {
  #prefix;
  #page;
  #area;

  constructor({ deploymentId, page }) {
    this.#prefix = `_${deploymentId}:`;
    this.#page = page;
    this.#area = usable(page);
  }

  get(name) {
    return this.#area.getItem(this.#prefix + name);
  }

  set(name, value) {
    this.#area.setItem(this.#prefix + name, value);
  }

  remove(...names) {
    names.forEach((name) => this.#area.removeItem(this.#prefix + name));
  }

  removeAll() {
    this.remove(...ALL);
  }

  /** The client's own token for the socket; made up once, until it is removed. */
  sessionToken() {
    if (this.get(SESSION_TOKEN) === null) {
      this.set(SESSION_TOKEN, crypto.randomUUID());
    }
    return this.get(SESSION_TOKEN);
  }

  /** Calls `look()` when another tab may have changed an entry, or when this one was frozen. */
  onChangeElsewhere(look) {
    this.#page.addEventListener('storage', (event) => {
      // A null key stands for a storage that was emptied whole.
      if (event.key === null || event.key.startsWith(this.#prefix)) {
        look();
      }
    });
    this.#page.addEventListener('pageshow', (event) => {
      if (event.persisted) {
        look();
      }
    });
  }

  /** A channel for one subject to the other tabs of this origin. */
  channel(subject) {
    return new BroadcastChannel(this.#prefix + subject);
  }
}

/** localStorage, or where a browser refuses it, a memory that lasts as long as the page. */
function usable(page) {
  try {
    page.localStorage.getItem('');
    return page.localStorage;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, String(value)),
      removeItem: (key) => kept.delete(key),
    };
  }
}
