/**
 * The Auth plugin: who is signed in, and what the page and the other tabs learn of it.
 *
 * Sources: Genesys, "Auth plugin" and "AuthProvider plugin".
 */

import { described } from './api.js';
import { Exchange } from './exchange.js';
import { readGrant } from './grant.js';
import { revoke } from './revocation.js';

/** However soon a JWT ends, it is not renewed more often than so. */
const SHORTEST_PAUSE_SECONDS = 15;

export class Auth {
  #plugin;
  #bus;
  #api;
  #tokens;
  #storage;
  #exchange;
  #channel;
  #upgrade;
  #isHeadless;
  #onChange;
  #running;
  #controller = new AbortController();
  #hasFailed = false;
  #isElsewhere = false;
  #timer;

  /**
   * `upgrade`: guests may talk first and sign in later, so nobody is asked for a code on load.
   * `onChange()` runs when an attempt begins or ends.
   */
  constructor({ bus, api, tokens, storage, attempts, upgrade, isHeadless, onChange }) {
    this.#plugin = bus.plugin('Auth');
    this.#bus = bus;
    this.#api = api;
    this.#tokens = tokens;
    this.#storage = storage;
    this.#upgrade = upgrade;
    this.#isHeadless = isHeadless;
    this.#onChange = onChange;
    const { publish } = this.#plugin;
    this.#exchange = new Exchange({ bus, api, tokens, attempts, publish });
    this.#channel = storage.channel('loggedOut');
    const commands = {
      getTokens: () => this.#begin((signal) => this.#exchange.fromPage(signal)),
      refreshToken: () => this.#begin((signal) => this.#exchange.renew(signal)),
      reAuthenticate: () => this.reAuthenticate({ asked: true }),
      logout: () => this.logout(),
      // Assumption: this command exists, as one public sample calls it to step up.
      signIn: () => this.signIn(),
    };
    for (const [name, run] of Object.entries(commands)) {
      this.#plugin.registerCommand(name, (e) => run().then(e.resolve, e.reject));
    }
    storage.onChangeElsewhere(() => this.#lookAtStorage());
    this.#channel.addEventListener('message', (event) => this.loggedOut(event.data, true));
  }

  /** Begins: what is stored counts at once, the rest waits for the page's plugin. */
  start() {
    this.#isAuthenticated = this.#tokens.secondsLeft > 0;
    this.#plugin.ready();
    this.#plugin.subscribe('AuthProvider.ready', () => {
      // What a page may say of its plugin before ready, for a Messenger without a window.
      const settings = this.#plugin.data('AuthProvider.settings');
      if (!(this.#isHeadless && settings?.headless?.configureOnly)) {
        this.authenticate().catch(() => {}); // its events have told the page
      }
    });
    this.#plugin.subscribe('AuthProvider.signedIn', (event) => this.#onSignedIn(event.data));
    this.#plugin.subscribe('AuthProvider.signInFailed', (event) => this.#onFailed(event.data));
  }

  get isAuthenticated() {
    return this.#plugin.data('authenticated') === true;
  }

  get isAuthenticating() {
    return this.#running !== undefined;
  }

  /** Whether another tab of this browser did it. */
  get isSignedInElsewhere() {
    return this.#isElsewhere;
  }

  /** Whether the newest attempt has failed for good. */
  get hasFailed() {
    return this.#hasFailed;
  }

  get canAskPage() {
    return this.#bus.knows('AuthProvider.reAuthenticate');
  }

  /** Whether a guest may sign in during a conversation. */
  get isSignInAvailable() {
    return this.#upgrade && !this.isAuthenticated && this.#bus.knows('AuthProvider.signIn');
  }

  /** The JWT, or one that takes its place; undefined while the page signs in. */
  async freshJwt() {
    return this.#tokens.secondsLeft > 0 ? this.#tokens.jwt : (await this.authenticate())?.jwt;
  }

  /** `{jwt, refreshToken?}` by the cheapest way there is; undefined while the page signs in. */
  authenticate() {
    return this.#running ?? this.#begin((signal) => this.#cheapest(signal));
  }

  /** After the socket refused the JWT: another one, or undefined while the page signs in. */
  async replaceJwt() {
    const steps = ['reAuthenticate'];
    this.#tokens.void();
    try {
      return await (this.#running ?? this.#begin((signal) => this.#exchange.renew(signal, steps)));
    } catch (error) {
      if (error.status !== 0) {
        this.loggedOut(described(error)); // the service knows nobody by these tokens
      }
      throw error;
    }
  }

  /** Lets the page sign in again; `asked` for by a person, and so as often as they like. */
  reAuthenticate({ asked } = {}) {
    return this.#begin((signal) => this.#exchange.fromPage(signal, ['reAuthenticate'], asked));
  }

  /** Step-up: asks the page to sign the guest in. */
  async signIn() {
    if (!this.#upgrade || !this.#bus.knows('AuthProvider.signIn')) {
      throw new Error('Signing in during a conversation is not set up');
    }
    this.#plugin.publish('signingIn');
    // A page that leaves for its provider never answers; one that stays publishes signedIn first.
    let given;
    try {
      given = await this.#bus.command('AuthProvider.signIn');
    } catch (error) {
      this.#onFailed(described(error));
      throw error;
    }
    // Events come in a later turn than answers.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const found = this.#running ?? (this.isAuthenticated ? this.#tokens.describe() : undefined);
    return found ?? this.#onSignedIn(given);
  }

  /** Signs out here and on all of the person's devices. */
  async logout() {
    this.#abandon();
    try {
      this.loggedOut(await revoke({ api: this.#api, tokens: this.#tokens }));
    } catch (error) {
      // Assumption: who wants to leave leaves this browser even when the service cannot be told.
      this.#plugin.publish('logoutError', described(error));
      this.loggedOut(described(error));
      throw error;
    }
  }

  /** The end of a sign-in, however it came: tokens go, everybody hears of it once. */
  loggedOut(data, fromOtherTab = false) {
    const was = this.isAuthenticated;
    this.forget();
    this.#storage.removeAll();
    if (!fromOtherTab) {
      this.#channel.postMessage(data);
    }
    if (was) {
      this.#plugin.publish('loggedOut', data);
      this.#offerSignIn();
    }
  }

  /** Stops whatever is going on; what is stored is the caller's affair. */
  forget() {
    this.#abandon();
    clearTimeout(this.#timer);
    this.#isAuthenticated = false;
  }

  set #isAuthenticated(value) {
    this.#plugin.data('authenticated', value);
  }

  async #cheapest(signal) {
    if (this.#tokens.secondsLeft > 0) {
      return true;
    }
    if (this.#tokens.refreshToken === null && this.#upgrade) {
      this.#offerSignIn();
      return false;
    }
    return this.#exchange.renew(signal);
  }

  /** Goes one way to the tokens, and ends the one that is being gone. */
  #begin(way, isElsewhere = false) {
    this.#abandon();
    const { signal } = this.#controller;
    this.#hasFailed = false;
    this.#running = way(signal).then(
      (isFound) => {
        signal.throwIfAborted();
        this.#running = undefined;
        this.#isElsewhere = isElsewhere;
        const found = isFound ? this.#accept() : undefined;
        this.#onChange();
        return found;
      },
      (error) => {
        if (!signal.aborted) {
          this.#running = undefined;
          this.#hasFailed = true;
          this.#onChange();
        }
        throw error;
      },
    );
    this.#onChange();
    return this.#running;
  }

  #abandon() {
    this.#controller.abort(new Error('Something else has been asked for meanwhile'));
    this.#controller = new AbortController();
    this.#running = undefined;
  }

  #accept() {
    const tokens = this.#tokens.describe();
    this.#isAuthenticated = true;
    this.#plugin.publish('authenticated', tokens);
    clearTimeout(this.#timer);
    // Without a refresh token the page is asked when a JWT is needed next, not before.
    if (tokens.refreshToken !== undefined) {
      const seconds = Math.max(SHORTEST_PAUSE_SECONDS, this.#tokens.secondsLeft);
      this.#timer = setTimeout(() => this.authenticate().catch(() => {}), seconds * 1000);
    }
    return tokens;
  }

  #lookAtStorage() {
    const { jwt, secondsLeft } = this.#tokens;
    if (jwt === null && this.isAuthenticated) {
      this.loggedOut({ status: 200, statusText: '', data: '' }, true);
    } else if (jwt !== null && !this.isAuthenticated && secondsLeft > 0) {
      // Assumption: who signs in in one tab has signed in in all tabs of this site.
      this.#begin((signal) => this.#cheapest(signal), true).catch(() => {});
    }
  }

  async #onSignedIn(data) {
    if (!this.#upgrade && this.isAuthenticating) {
      return undefined; // it is being asked for the same code already
    }
    try {
      const grant = readGrant(data?.redirectUri || data?.idToken ? data : undefined);
      const tokens = await this.#begin((signal) =>
        grant === undefined
          ? this.#exchange.fromPage(signal, ['getAuthCode'])
          : this.#exchange.redeem(signal, grant),
      );
      if (tokens !== undefined) {
        this.#plugin.publish('signedIn', { authCode: data?.authCode ?? grant?.authCode });
      }
      return tokens;
    } catch (error) {
      this.#onFailed(described(error));
      return undefined;
    }
  }

  #onFailed(data) {
    this.#plugin.publish('signInFailed', data);
  }

  #offerSignIn() {
    if (this.isSignInAvailable) {
      this.#plugin.publish('signInAvailable');
    }
  }
}
