/**
 * The ways to a JWT: the refresh token, and the page.
 *
 * Assumption: what "Auth plugin" and "AuthProvider plugin" leave open is decided here so that
 * nothing can go round in circles: a refused code is followed by one `getAuthCode {forceUpdate}`,
 * then by one `reAuthenticate`, and neither comes again in this tab until a sign-in has succeeded
 * or five minutes have passed.
 */

import { ApiError, described } from './api.js';
import { readGrant } from './grant.js';

const PAUSE_MS = 5 * 60_000;
/** The answer that a newer code may cure; others come from configuration or the network. */
const STALE = 401;
const ALL_STEPS = ['getAuthCode', 'forceUpdate', 'reAuthenticate'];

export class Exchange {
  #bus;
  #api;
  #tokens;
  #attempts;
  #publish;
  #spent = new Set();

  /**
   * `attempts`: when this tab last pressed the page for another sign-in; `publish(name, data)`
   * publishes an event of Auth. Each way takes a signal that ends it when something else is wanted.
   */
  constructor({ bus, api, tokens, attempts, publish }) {
    this.#bus = bus;
    this.#api = api;
    this.#tokens = tokens;
    this.#attempts = attempts;
    this.#publish = publish;
  }

  /** True once newer tokens are kept; false while the page signs in. */
  async renew(signal, steps) {
    const { refreshToken } = this.#tokens;
    if (refreshToken === null) {
      return this.fromPage(signal, steps);
    }
    try {
      const { jwt } = await this.#api.refresh(refreshToken);
      signal.throwIfAborted();
      this.#tokens.renew(jwt);
      return this.#succeed();
    } catch (error) {
      signal.throwIfAborted();
      this.#publish('tokenError', described(error));
      if (error.status !== STALE) {
        throw error;
      }
    }
    this.#tokens.dropRefreshToken();
    return this.fromPage(signal, steps);
  }

  /**
   * Asks the page, more insistently with each step. True once tokens are kept; false when its
   * answer is empty, as it is leaving for a sign-in or nobody is signed in.
   * `insist`: whether it may be pressed; undefined leaves that to the earlier attempts.
   */
  async fromPage(signal, steps = ALL_STEPS, insist = undefined) {
    let refused = new Error('The page was asked to sign in again only just now.');
    let may = insist;
    for (const step of steps) {
      may ??= step === 'getAuthCode' ? undefined : this.#mayInsist();
      if (step !== 'getAuthCode' && !may) {
        break;
      }
      const grant = await this.#ask(signal, step);
      if (grant === undefined) {
        return false;
      }
      try {
        return await this.redeem(signal, grant);
      } catch (error) {
        signal.throwIfAborted();
        refused = error;
      }
      if (refused.status !== STALE) {
        break;
      }
    }
    this.#publish('authError', described(refused));
    throw refused;
  }

  /** True once the tokens for a grant are kept. */
  async redeem(signal, grant) {
    const { authCode, idToken, redirectUri } = grant;
    try {
      if (this.#spent.has(authCode ?? idToken)) {
        throw new ApiError('The page handed over the same code again.', { status: STALE });
      }
      this.#spent.add(authCode ?? idToken);
      this.#publish('authenticating', { authCode, redirectUri });
      const tokens = await this.#api.exchange(grant);
      signal.throwIfAborted();
      this.#tokens.keep(tokens);
      return this.#succeed();
    } catch (error) {
      signal.throwIfAborted();
      this.#publish('error', described(error));
      throw error;
    }
  }

  async #ask(signal, step) {
    try {
      let given;
      if (step === 'reAuthenticate') {
        given = readGrant(await this.#bus.command('AuthProvider.reAuthenticate'));
        signal.throwIfAborted();
      }
      const forceUpdate = step === 'forceUpdate';
      // "Messenger calls getAuthCode itself afterwards".
      given ??= readGrant(await this.#bus.command('AuthProvider.getAuthCode', { forceUpdate }));
      signal.throwIfAborted();
      return given;
    } catch (error) {
      signal.throwIfAborted();
      this.#publish('authProviderError', described(error));
      throw error;
    }
  }

  #mayInsist() {
    const last = this.#attempts.at();
    if (last !== undefined && Date.now() - last < PAUSE_MS) {
      return false;
    }
    this.#attempts.note(Date.now());
    return true;
  }

  #succeed() {
    this.#attempts.clear();
    return true;
  }
}
