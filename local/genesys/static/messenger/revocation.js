/** Telling the service that somebody has signed out. */

const TRIES = 3;
/** The sign-in had ended already. */
const ENDED = { status: 401, statusText: 'Unauthorized', data: '' };

/**
 * Revokes the JWT, with a newer one where it has expired: three tries at most, as the vendor's
 * Transport SDK does. What events tell of it; throws when the service cannot be told.
 */
export async function revoke({ api, tokens }) {
  for (let tries = 1; tokens.jwt !== null; tries += 1) {
    try {
      return await api.revoke(tokens.jwt);
    } catch (error) {
      if (error.status !== 401) {
        throw error;
      }
    }
    if (tokens.refreshToken === null || tries === TRIES) {
      return ENDED;
    }
    try {
      tokens.renew((await api.refresh(tokens.refreshToken)).jwt);
    } catch {
      return ENDED;
    }
  }
  return { status: 200, statusText: '', data: '' };
}
