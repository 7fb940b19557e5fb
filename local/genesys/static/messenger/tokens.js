/** The JWT and the refresh token of who is signed in. */

import { JWT, REFRESH_TOKEN } from './storage.js';

const LONGEST_MARGIN_SECONDS = 60;

/**
 * When a JWT should be renewed, in seconds since 1970; 0 for a text that is none.
 *
 * A minute before its end, or after three quarters of a life shorter than four minutes.
 */
export function renewalOf(jwt) {
  try {
    const [, payload] = jwt.split('.');
    const { exp, iat } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const margin = Math.min(LONGEST_MARGIN_SECONDS, (exp - iat) / 4 || 0);
    return Number.isFinite(exp) ? exp - margin : 0;
  } catch {
    return 0;
  }
}

export class Tokens {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  get jwt() {
    return this.#storage.get(JWT);
  }

  get refreshToken() {
    return this.#storage.get(REFRESH_TOKEN);
  }

  /** Seconds until the JWT should be renewed; none are left for a missing one. */
  get secondsLeft() {
    return this.jwt === null ? 0 : renewalOf(this.jwt) - Date.now() / 1000;
  }

  /** What `Auth.authenticated` tells of them. */
  describe() {
    const { jwt, refreshToken } = this;
    return refreshToken === null ? { jwt } : { jwt, refreshToken };
  }

  /** Keeps the tokens of an exchange. */
  keep({ jwt, refreshToken }) {
    if (refreshToken === undefined) {
      this.dropRefreshToken();
    } else {
      this.#storage.set(REFRESH_TOKEN, refreshToken);
    }
    this.renew(jwt);
  }

  /** Keeps the JWT of a refresh: the refresh token stays as it is. */
  renew(jwt) {
    this.#storage.set(JWT, jwt);
  }

  /**
   * The service has refused the JWT, whatever its clock says. It stays as a word that is none: a
   * missing one would tell the other tabs that somebody signed out.
   */
  void() {
    this.#storage.set(JWT, 'void');
  }

  dropRefreshToken() {
    this.#storage.remove(REFRESH_TOKEN);
  }

  drop() {
    this.#storage.remove(JWT, REFRESH_TOKEN);
  }
}
