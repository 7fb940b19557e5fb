/**
 * OpenID Connect (Core 1.0): the request for a code, shown to the visitor or asked in a hidden
 * frame, its answer, and the ID token of the site's own client.
 */
import { SignInFailure } from './store.js';

const SECONDS_IN_FRAME = 8;
const SECONDS_OF_SKEW = 60;

let found;

const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

/** 43 characters: as a verifier the shortest allowed, with 256 bits more than can be guessed. */
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** What tells the provider of a verifier without telling it (RFC 7636, S256). M40 */
async function challenge(verifier) {
  const digest = await crypto.subtle.digest('SHA-256', bytesOf(verifier));
  return base64url(new Uint8Array(digest));
}

/** A URL with parameters; the ones without a value are left out. */
export function address(base, parameters) {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) {
    if (value != null) url.searchParams.set(name, value);
  }
  return url.href;
}

/** A new request for a code. `client`: messenger or website; `extra`: prompt, returnTo. M39-M41 */
export const prepare = (settings, client, extra) => ({
  client,
  clientId: settings[`${client}ClientId`],
  redirectUri: settings.site.redirectUri,
  issuer: settings.issuer,
  state: random(),
  nonce: settings.nonce ?? random(),
  codeVerifier: settings.pkce || client === 'website' ? random() : undefined,
  maxAge: settings.maxAge ?? undefined,
  ...extra,
});

export const authorizationUrl = async (settings, request) =>
  address(settings.authorizationEndpoint, {
    client_id: request.clientId,
    response_type: 'code',
    scope: settings.scopes.join(' '),
    redirect_uri: request.redirectUri,
    state: request.state,
    nonce: request.nonce,
    max_age: request.maxAge,
    prompt: request.prompt,
    ...(request.codeVerifier && {
      code_challenge: await challenge(request.codeVerifier),
      code_challenge_method: 'S256',
    }),
  });

/** What an answer says to its request: the request with `code`, or a failure. M45, X1 */
export function accept(request, parameters) {
  const { code, iss, error, error_description: description } = Object.fromEntries(parameters);
  if ((iss ?? request.issuer) !== request.issuer) throw new SignInFailure('issuer_mismatch');
  if (error != null) throw new SignInFailure('provider_error', { error, description });
  if (!code) throw new SignInFailure('no_code');
  return { ...request, code, iss };
}

/**
 * Ask without showing anything: `prompt=none` in a hidden frame (OpenID Connect Core 3.1.2.1). The
 * request never leaves this page's memory. M44
 */
export async function askInFrame(settings, request) {
  const frame = document.createElement('iframe');
  let receive;
  frame.hidden = true;
  frame.src = await authorizationUrl(settings, request);
  try {
    const answer = await new Promise((resolve, reject) => {
      receive = ({ origin, source, data }) => {
        if (origin !== location.origin || source !== frame.contentWindow) return;
        const parameters = new URLSearchParams(data?.signInAnswer);
        if (parameters.get('state') === request.state) resolve(parameters);
      };
      const seconds = SECONDS_IN_FRAME;
      addEventListener('message', receive);
      setTimeout(() => reject(new SignInFailure('timed_out', { seconds })), seconds * 1000);
      document.body.append(frame);
    });
    return accept(request, answer);
  } finally {
    removeEventListener('message', receive);
    frame.remove();
  }
}

/** The address to return to: one of this site's pages, else its home. Never an open redirect. M38 */
export function safeReturn(wanted, root) {
  const home = new URL(root).href;
  try {
    const { href } = new URL(wanted ?? home, home);
    // With its user, host and folder alike, nothing can come between an address and this site.
    if (href.startsWith(home)) return href;
  } catch {
    // No address at all.
  }
  return home;
}

const refused = (description) => new SignInFailure('sign_in_failed', { description });

/** The JSON of an answer, an error's too; {} if there is none. */
const ask = (url, options) =>
  fetch(url, options)
    .then((answer) => answer.json())
    .catch(() => ({}));

/**
 * The provider's own description (OpenID Connect Discovery 1.0, 4); {} if unreadable. An answer
 * must name its issuer where the provider says that it does (RFC 9207, 2.4).
 */
export async function discover({ discoveryUri, issuer }, { iss }) {
  const provider = await (found ??= ask(discoveryUri));
  const { issuer: own, authorization_response_iss_parameter_supported: named } = provider;
  if (!own) found = undefined;
  if ((own ?? issuer) !== issuer || (named && !iss)) throw new SignInFailure('issuer_mismatch');
  return provider;
}

const parse = (part) =>
  JSON.parse(new TextDecoder().decode(bytesOf(atob(part.replace(/-/g, '+').replace(/_/g, '/')))));

/**
 * The claims of an ID token, checked as OpenID Connect Core 3.1.3.7 says. Its item 6 lets TLS vouch
 * for a token that comes straight from the token endpoint, so the signature is not looked at.
 */
function readIdToken(token, { clientId, issuer, maxAge, nonce }) {
  const now = Date.now() / 1000 - SECONDS_OF_SKEW;
  let header, claims;
  try {
    [header, claims] = token.split('.', 2).map(parse);
  } catch {
    throw refused('id_token');
  }
  const audience = [claims.aud].flat();
  const isWrong = {
    alg: header.alg !== 'RS256',
    iss: claims.iss !== issuer,
    aud: !audience.includes(clientId) || (audience.length > 1 && claims.azp !== clientId),
    exp: !(claims.exp > now),
    nonce: claims.nonce !== nonce,
    auth_time: maxAge != null && !(claims.auth_time >= now - maxAge),
    sub: !claims.sub,
  };
  const wrong = Object.keys(isWrong).filter((name) => isWrong[name]);
  if (wrong.length) throw refused(`id_token: ${wrong.join(', ')}`);
  return claims;
}

/** The ID token and its claims for an answer with a code. */
export async function redeem(settings, answer) {
  const { token_endpoint: endpoint } = await discover(settings, answer);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: answer.clientId,
    redirect_uri: answer.redirectUri,
    code: answer.code,
    code_verifier: answer.codeVerifier,
  });
  const tokens = await ask(endpoint ?? `${settings.issuer}/v1/token`, { method: 'POST', body });
  const { error, error_description: text, id_token: idToken } = tokens;
  if (!idToken) throw refused(text ?? error ?? 'token endpoint');
  return { idToken, claims: readIdToken(idToken, answer) };
}
