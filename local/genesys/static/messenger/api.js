/** The guest calls of Genesys Cloud's API (SDK models `WebDeploymentsOAuth…`). */

const TOKENS = '/api/v2/webdeployments/token';

/** An answer that is no success. `status` is 0 when none came. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = '', correlationId = '' } = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.correlationId = correlationId;
  }

  /** What events tell of it. */
  describe() {
    const { message, status, code, correlationId } = this;
    return { message, status, code, correlationId };
  }
}

/** What events tell of any failure. */
export function described(error) {
  return error instanceof ApiError
    ? error.describe()
    : { message: String(error?.message ?? error ?? 'unknown') };
}

export class Api {
  #base;
  #deploymentId;
  #fetch;

  constructor({ base, deploymentId, fetch = (...words) => globalThis.fetch(...words) }) {
    this.#base = base;
    this.#deploymentId = deploymentId;
    this.#fetch = fetch;
  }

  /** `{jwt, refreshToken?}` for what the page handed over. */
  exchange(grant) {
    const { authCode, ...rest } = grant;
    const oauth = authCode === undefined ? rest : { code: authCode, ...rest };
    const body = { deploymentId: this.#deploymentId, oauth };
    return this.#ask('POST', `${TOKENS}/oauthcodegrantjwtexchange`, { body });
  }

  /** `{jwt}` for a refresh token. */
  refresh(refreshToken) {
    const body = { refreshToken, deploymentId: this.#deploymentId };
    return this.#ask('POST', `${TOKENS}/refresh`, { body });
  }

  /** Signs the person out; `{status, statusText, data}`. */
  async revoke(jwt) {
    const answer = await this.#send('DELETE', `${TOKENS}/revoke`, { jwt });
    return { status: answer.status, statusText: answer.statusText, data: '' };
  }

  /** The newest messages of a session, newest first. */
  async history(jwt) {
    const path = '/api/v2/webmessaging/messages?pageSize=100&pageNumber=1';
    return (await this.#ask('GET', path, { jwt })).entities;
  }

  async #ask(method, path, given) {
    return (await this.#send(method, path, given)).json();
  }

  async #send(method, path, { body, jwt }) {
    const headers = {};
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (jwt !== undefined) {
      headers.Authorization = `Bearer ${jwt}`;
    }
    const request = { method, headers, body: JSON.stringify(body), credentials: 'omit' };
    let answer;
    try {
      answer = await this.#fetch(this.#base + path, request);
    } catch {
      throw new ApiError('Genesys Cloud cannot be reached.');
    }
    if (answer.ok) {
      return answer;
    }
    // Proxies answer without JSON.
    const told = await answer.json().catch(() => ({}));
    throw new ApiError(told.message ?? `Genesys Cloud answered with status ${answer.status}.`, {
      status: answer.status,
      code: told.code,
      correlationId: told.contextId,
    });
  }
}
