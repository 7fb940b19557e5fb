/**
 * A session on the web messaging socket: configured, kept, stepped up, ended.
 *
 * Frames and codes: Genesys, "Web Messaging Guest API", and the vendor's Transport SDK.
 */

import { FrameError, Socket } from './socket.js';
import { SESSION_ACTIVE, SESSION_TOKEN } from './storage.js';

const CONFIGURE_TRIES = 3;
const EXPIRED = 4006;
const NOT_FOUND = 4007;
const NO_WAY_BACK = 4017;
/** Texts of a 403 that mean that the page shall sign in again (Genesys Transport SDK). */
const SIGN_IN_AGAIN = /^(Session authentication failed|Try to authenticate again)/;
const LOGGED_OUT = { status: 200, statusText: '', data: '' };
const IDLE = ['none', 'ended', 'offline'];

export class Session {
  #plugin;
  #page;
  #auth;
  #storage;
  #clock;
  #url;
  #deploymentId;
  #listener;
  #socket;
  #phase = 'none'; // none, starting, open, lost, offline, ended
  #ended; // expired, readOnly, elsewhere, signedIn
  #mode = { isAuthenticated: false };
  #opening;
  #startNew = false;

  /**
   * `auth` is undefined where authentication is off; `plugin` is MessagingService, `endPoint` the
   * socket's origin. `listener` has `onConfigured({newSession, readOnly})`, which may take its
   * time, `onFrame(frame)` for what is said, `onError(error)` and `onChange()`.
   */
  constructor({ plugin, page, auth, storage, clock, endPoint, deploymentId, listener }) {
    this.#plugin = plugin;
    this.#page = page;
    this.#auth = auth;
    this.#storage = storage;
    this.#clock = clock;
    this.#url = `${endPoint}/v1?deploymentId=${encodeURIComponent(deploymentId)}`;
    this.#deploymentId = deploymentId;
    this.#listener = listener;
  }

  get phase() {
    return this.#phase;
  }

  /** How it ended, undefined unless it has. */
  get ended() {
    return this.#ended;
  }

  get isOpen() {
    return this.#phase === 'open';
  }

  /** Whether it is a guest's session, and open. */
  get isGuests() {
    return this.isOpen && !this.#mode.isAuthenticated;
  }

  /** Whether this browser was in a conversation that may still go on. */
  get wasActive() {
    return this.#storage.get(SESSION_ACTIVE) !== null;
  }

  /** Resolves once it is open; refused while one is active. */
  begin({ startNew = false } = {}) {
    if (!IDLE.includes(this.#phase)) {
      throw new Error('A conversation is active already');
    }
    this.#phase = 'starting';
    this.#ended = undefined;
    this.#startNew = startNew;
    this.#mode = { isAuthenticated: this.#auth?.isAuthenticated ?? false };
    this.#opening = openEnd();
    this.#socket = new Socket({ url: this.#url, page: this.#page, listener: this.#callbacks() });
    this.#socket.open();
    this.#listener.onChange();
    return this.#opening.promise;
  }

  /** Resolves once it is open, be it the one that is coming or a new one. */
  async opened() {
    if (this.#phase === 'starting' || this.#phase === 'lost') {
      await this.#opening.promise;
    } else if (!this.isOpen) {
      await this.begin({ startNew: this.#ended === 'expired' });
    }
  }

  /** Sends a frame of the session; the frame that answers it. */
  ask(action, more = {}, tracingId = undefined) {
    return this.#socket.ask(this.#frame(action, more), tracingId);
  }

  /** Sends a frame of the session that nothing answers. */
  tell(action, more) {
    this.#socket.send(this.#frame(action, more));
  }

  /** Makes the guest's session that of who has just signed in. */
  async stepUp() {
    const mode = this.#mode;
    mode.isAuthenticated = true;
    try {
      const { clearedExistingSession } = await this.#configure();
      this.#plugin.publish('steppedUpConversation', { clearedExistingSession });
    } catch (error) {
      mode.isAuthenticated = false;
      throw error;
    }
  }

  /** Ends it for this page. */
  end(how) {
    this.#phase = 'ended';
    this.#ended = how;
    this.#clock.stop();
    if (how === 'expired' || how === 'readOnly') {
      this.#storage.remove(SESSION_ACTIVE);
    }
    this.#listener.onChange();
  }

  /** Its time is over: told once, however often it is heard. */
  expire(error = new FrameError(EXPIRED, 'The session has expired.')) {
    if (this.#ended === 'expired') {
      return;
    }
    this.#socket?.close(error);
    this.end('expired');
    this.#listener.onError(error);
  }

  /** Leaves it as if it had never been. */
  forget() {
    this.#socket?.close();
    this.#opening?.reject(new Error('The conversation was given up'));
    this.#phase = 'none';
    this.#ended = undefined;
    this.#clock.stop();
  }

  /** Forgets it in storage as well. `isGuest`: then nothing shall lead to it again. */
  forgetStored({ isGuest }) {
    this.forget();
    this.#storage.remove(SESSION_ACTIVE, ...(isGuest ? [SESSION_TOKEN] : []));
  }

  /** Whether an error means that the session is over. */
  static isOver({ code }) {
    return code === EXPIRED || code === NOT_FOUND;
  }

  #callbacks() {
    return {
      onOpen: () => this.#onOpen(),
      onFrame: (frame) => this.#onFrame(frame),
      onLost: () => {
        if (this.isOpen) {
          this.#opening = openEnd();
          this.#phase = 'lost';
        }
        this.#plugin.publish('reconnecting');
        this.#listener.onChange();
      },
      onGone: () => {
        this.#phase = 'offline';
        this.#plugin.publish('offline');
        this.#opening.reject(new FrameError(0, 'Genesys Cloud cannot be reached.'));
        this.#listener.onChange();
      },
    };
  }

  async #onOpen() {
    const socket = this.#socket;
    const isBack = this.#phase === 'lost';
    try {
      const body = await this.#configure();
      if (socket === this.#socket && !this.#ended) {
        await this.#onConfigured(body, isBack);
      }
    } catch (error) {
      // Without a connection the socket tries again by itself.
      if (socket === this.#socket && socket.isOpen) {
        socket.close();
        this.#phase = 'none';
        this.#opening.reject(error);
        if (Session.isOver(error)) {
          this.expire(error);
        } else {
          this.#listener.onError(error);
        }
      }
    }
  }

  /** What the service says of the session, with a newer JWT where the old one is void. */
  async #configure() {
    for (let tries = 1; ; tries += 1) {
      try {
        const [action, more] = await this.#configuration();
        return (await this.ask(action, more)).body;
      } catch (error) {
        if (tries === CONFIGURE_TRIES || !(await this.#mend(error))) {
          throw error;
        }
      }
    }
  }

  async #configuration() {
    const given = { deploymentId: this.#deploymentId, startNew: this.#startNew };
    if (!this.#mode.isAuthenticated) {
      return ['configureSession', given];
    }
    const jwt = await this.#auth.freshJwt();
    if (jwt === undefined) {
      throw new Error('The page is signing the visitor in');
    }
    return ['configureAuthenticatedSession', { ...given, data: { code: jwt } }];
  }

  /** Whether there is another way after a refused configuration. */
  async #mend(error) {
    if (error.code === NO_WAY_BACK) {
      this.#mode.isAuthenticated = this.#auth?.isAuthenticated ?? false;
      if (!this.#mode.isAuthenticated) {
        this.#storage.remove(SESSION_TOKEN);
      }
      return true;
    }
    if (!this.#mode.isAuthenticated) {
      return false;
    }
    if (error.code === 401) {
      return (await this.#auth.replaceJwt()) !== undefined;
    }
    if (error.code === 403 && SIGN_IN_AGAIN.test(error.message)) {
      return (await this.#auth.reAuthenticate()) !== undefined;
    }
    return false;
  }

  async #onConfigured(body, isBack) {
    const { newSession, readOnly } = body;
    this.#startNew = false;
    this.#phase = 'open';
    this.#storage.set(SESSION_ACTIVE, 'true');
    this.#clock.configure(body);
    if (isBack) {
      this.#plugin.publish('reconnected');
    } else {
      const authenticated = this.#mode.isAuthenticated;
      this.#plugin.republish('started', { newSession, authenticated, readOnly });
    }
    this.#opening.resolve();
    await this.#listener.onConfigured({ newSession, readOnly });
  }

  #onFrame(frame) {
    switch (frame.class) {
      case 'SessionExpiredEvent':
        this.expire();
        break;
      case 'LogoutEvent':
        this.forget();
        this.#auth?.loggedOut(LOGGED_OUT);
        break;
      case 'ConnectionClosedEvent':
        this.#onClosed(frame.body?.reason);
        break;
      default:
        this.#listener.onFrame(frame);
    }
  }

  #onClosed(reason) {
    this.#socket.close();
    if (reason === 'signedIn' && this.#auth?.isAuthenticated) {
      this.#phase = 'none';
      this.begin().catch(() => {}); // its error is told
      return;
    }
    this.end(reason === 'signedIn' ? 'signedIn' : 'elsewhere');
  }

  #frame(action, more) {
    return { action, token: this.#storage.sessionToken(), ...more };
  }
}

/** A promise that is settled from outside; nobody has to wait for it. */
function openEnd() {
  const found = {};
  found.promise = new Promise((resolve, reject) => Object.assign(found, { resolve, reject }));
  found.promise.catch(() => {});
  return found;
}
