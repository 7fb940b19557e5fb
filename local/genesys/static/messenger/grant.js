/** What a page's AuthProvider hands over, checked before it is sent on. */

const OPTIONAL = ['codeVerifier', 'nonce', 'iss'];

/**
 * The grant in what `getAuthCode`, `reAuthenticate`, `signIn` or `AuthProvider.signedIn` gave.
 *
 * Undefined for an empty answer: the page is leaving for a sign-in, or nobody is signed in.
 * Throws in words for an answer that can be no grant.
 */
export function readGrant(given) {
  const { authCode, idToken } = given ?? {};
  if (!authCode && !idToken) {
    return undefined;
  }
  const mistakes = [];
  if (authCode && idToken) {
    mistakes.push('either authCode or idToken is expected, not both');
  }
  const grant = authCode ? { authCode } : { idToken };
  for (const name of ['authCode', 'idToken', 'redirectUri', ...OPTIONAL]) {
    const value = given[name];
    // Absent, empty and null all mean that it was not part of the request.
    if (value && typeof value !== 'string') {
      mistakes.push(`${name} is no text`);
    } else if (value) {
      grant[name] = value;
    }
  }
  if (authCode && !given.redirectUri) {
    mistakes.push('redirectUri is missing');
  }
  const { maxAge } = given;
  if (maxAge !== undefined && maxAge !== null && maxAge !== '') {
    if (!Number.isInteger(maxAge) || maxAge < 0) {
      mistakes.push('maxAge is no number of seconds');
    }
    grant.maxAge = maxAge;
  }
  if (mistakes.length > 0) {
    throw new Error(`AuthProvider: ${mistakes.join('; ')}`);
  }
  return grant;
}
