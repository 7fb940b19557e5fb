/**
 * A relying party on openid-client: does with each client what a site does, and tells what came.
 *
 * Reads `{issuer, clients, redirect, signedOut, login, password}` from the standard input, where
 * clients are Okta's `credentials.oauthClient`. Writes, by method of authentication, what each of
 * them has seen, or `error`.
 */
import { text } from 'node:stream/consumers';

import * as oidc from 'openid-client';

const { issuer, clients, redirect, signedOut, login, password } = JSON.parse(await text(process.stdin));
const MAX_AGE = 300;
const AUTHENTICATIONS = {
  client_secret_basic: oidc.ClientSecretBasic,
  client_secret_post: oidc.ClientSecretPost,
  none: oidc.None,
};

/** Keeps cookies and follows no redirect. */
class Browser {
  #cookies = new Map();

  async open(address, form) {
    const response = await fetch(address, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: form && new URLSearchParams(form),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';', 1)[0].split('=');
      this.#cookies.set(name, value);
    }
    return response;
  }

  /** Opens the address and signs in where it is asked to; returns where that leads. */
  async signIn(address) {
    const page = await this.open(address);
    const html = await page.text();
    const action = new URL(/<form method="post" action="([^"]+)"/.exec(html)[1], address);
    const stateToken = /name="stateToken" value="([^"]+)"/.exec(html)[1];
    const answer = await this.open(action, { stateToken, identifier: login, passcode: password });
    return answer.headers.get('location');
  }
}

function discover(client, algorithm) {
  const authentication = AUTHENTICATIONS[client.token_endpoint_auth_method](client.client_secret);
  // Loopback is plain http. Signatures of ID tokens are looked at only when this is asked for.
  const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks];
  const options = { execute, algorithm };
  return oidc.discovery(new URL(issuer), client.client_id, {}, authentication, options);
}

/** Begins a sign-in; the checks are what openid-client demands of the answer. */
async function begin(config, more = {}) {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    maxAge: MAX_AGE,
    idTokenExpected: true,
  };
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid profile email offline_access',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    max_age: String(MAX_AGE),
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { address, checks };
}

/** Returns the error that a promise ends with: its OAuth name where it has one. */
async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error.error ?? error.code;
  }
  return null;
}

async function visit(client) {
  const config = await discover(client, 'oidc');
  const metadata = { openid: config.serverMetadata() };
  metadata.oauth = (await discover(client, 'oauth2')).serverMetadata();

  const browser = new Browser();
  const { address, checks } = await begin(config);
  const answer = new URL(await browser.signIn(address));
  const first = await oidc.authorizationCodeGrant(config, answer, checks);
  const { sub } = first.claims();

  const wrong = {};
  wrong.state = await errorOf(
    oidc.authorizationCodeGrant(config, answer, { ...checks, expectedState: 'another' }),
  );
  const again = await begin(config, { prompt: 'none' });
  const silent = new URL((await browser.open(again.address)).headers.get('location'));
  wrong.nonce = await errorOf(
    oidc.authorizationCodeGrant(config, silent, { ...again.checks, expectedNonce: 'another' }),
  );
  const refused = await begin(config, { scope: 'openid unknown' });
  wrong.scope = await errorOf(
    oidc.authorizationCodeGrant(
      config,
      new URL((await browser.open(refused.address)).headers.get('location')),
      refused.checks,
    ),
  );

  const userinfo = await oidc.fetchUserInfo(config, first.access_token, sub);
  const second = await oidc.refreshTokenGrant(config, first.refresh_token);
  const alive = await oidc.tokenIntrospection(config, second.access_token);
  await oidc.tokenRevocation(config, second.access_token);
  const revoked = await oidc.tokenIntrospection(config, second.access_token);
  const third = await oidc.refreshTokenGrant(config, second.refresh_token);
  wrong.reuse = await errorOf(oidc.refreshTokenGrant(config, first.refresh_token));
  const ended = await oidc.tokenIntrospection(config, third.access_token);

  const goodbye = oidc.buildEndSessionUrl(config, {
    id_token_hint: first.id_token,
    post_logout_redirect_uri: signedOut,
    state: 'bye',
  });
  const left = (await browser.open(goodbye)).headers.get('location');
  const gone = await begin(config, { prompt: 'none' });
  wrong.session = await errorOf(
    oidc.authorizationCodeGrant(
      config,
      new URL((await browser.open(gone.address)).headers.get('location')),
      gone.checks,
    ),
  );
  return {
    client: client.client_id,
    metadata,
    claims: { first: first.claims(), second: second.claims() },
    checks,
    userinfo,
    tokens: [first, second, third].map((one) => one.refresh_token),
    introspected: { alive, revoked, ended },
    left,
    wrong,
  };
}

async function visited(client) {
  try {
    return [client.token_endpoint_auth_method, await visit(client)];
  } catch (error) {
    return [client.token_endpoint_auth_method, { error: `${error.stack}\n${error.cause ?? ''}` }];
  }
}

process.stdout.write(JSON.stringify(Object.fromEntries(await Promise.all(clients.map(visited)))));
