import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { load, openPage, settings } from './page.mjs';

const SDK = { src: 'assets/sdk.js', integrity: 'sha384-x' };

/** As much of Okta's SDK as the approach may touch; anything else is missing. */
class Sdk {
  static made = [];
  constructor(options) {
    this.options = options;
    Sdk.made.push(this);
    let kept;
    this.token = {
      prepareTokenParams: async (own) => ({
        state: `state-${Math.random()}`,
        nonce: own.nonce ?? 'of the SDK',
        codeVerifier: own.pkce ? 'verifier-of-the-sdk' : undefined,
      }),
    };
    this.transactionManager = {
      save: (meta) => (kept = meta),
      load: () => kept,
      clear: () => (kept = undefined),
    };
  }
  async signOut(options) {
    this.signedOut = options;
    if (this.stuck) throw new Error('no network');
  }
}

async function arrive(own = {}, { fails = false, ...more } = {}) {
  const page = openPage(more);
  page.scripts = [];
  document.head = {
    append(script) {
      page.scripts.push(script);
      window.OktaAuth = Sdk;
      setImmediate(fails ? script.onerror : script.onload);
    },
  };
  const { oktaAuthJs, keepAnswer } = await load('okta-auth-js.js', 'store.js');
  const approach = await oktaAuthJs(settings({ oktaAuthJs: SDK, root: '../', ...own }));
  return { page, approach, keepAnswer, sdk: Sdk.made.at(-1) };
}

const sentBy = (page) => new URL(page.went.at(-1).replace('assign ', '')).searchParams;

test('M31: the SDK comes from this site, and only as the build saw it', async () => {
  const { page } = await arrive();
  assert.equal(page.scripts.length, 1);
  const [{ src, integrity }] = page.scripts;
  assert.deepEqual([src, integrity], ['../assets/sdk.js', 'sha384-x']);
});

test('an SDK that is not there, or not the one expected, is told', async () => {
  await assert.rejects(arrive({ oktaAuthJs: null }), { code: 'sdk_missing' });
  await assert.rejects(arrive({}, { fails: true }), { code: 'sdk_missing' });
});

test('M32, M33, M35: the SDK is set from the outputs', async () => {
  const { sdk } = await arrive({ maxAge: 60, scopes: ['openid', 'offline_access'] });
  const { issuer, clientId, redirectUri, postLogoutRedirectUri, scopes, responseType, pkce, maxAge } =
    sdk.options;
  const { site, ...given } = settings();
  assert.deepEqual([issuer, clientId], [given.issuer, given.messengerClientId]);
  assert.deepEqual([redirectUri, postLogoutRedirectUri], [site.redirectUri, site.postLogoutRedirectUri]);
  assert.deepEqual([scopes, responseType, pkce, maxAge], [['openid', 'offline_access'], 'code', true, 60]);
});

for (const pkce of [true, false]) {
  test(`M34, M48: pkce ${pkce}: the SDK keeps the secrets, the code is handed over unspent`, async () => {
    const { page, approach, keepAnswer, sdk } = await arrive({ pkce });
    await approach.signIn({});
    const sent = sentBy(page);
    assert.equal(sent.has('code_challenge'), pkce);
    const { codeVerifier, nonce, ...request } = page.kept(`request:${sent.get('state')}`);
    assert.deepEqual([codeVerifier, nonce], [undefined, undefined]);
    approach.leaving = false;
    keepAnswer({ ...request, code: 'c' });
    const given = await approach.getCode();
    assert.equal(given.authCode, 'c');
    assert.equal(given.nonce, 'of the SDK');
    assert.equal(given.codeVerifier, pkce ? 'verifier-of-the-sdk' : undefined);
    assert.equal(page.fetched.some(({ method }) => method === 'POST'), false);
    assert.equal(sdk.transactionManager.load(), undefined, 'nothing is kept any longer');
  });
}

test('M37: the nonce may be chosen', async () => {
  const { page, approach } = await arrive({ nonce: 'chosen' });
  await approach.signIn({});
  assert.equal(sentBy(page).get('nonce'), 'chosen');
});

test('an answer of another request than the SDK’s newest is refused', async () => {
  const { page, approach, keepAnswer } = await arrive();
  await approach.signIn({});
  const request = page.kept(`request:${sentBy(page).get('state')}`);
  await approach.signIn({});
  approach.leaving = false;
  keepAnswer({ ...request, code: 'c' });
  await assert.rejects(approach.getCode(), { code: 'state_mismatch' });
});

test('M44: a code that comes in a frame needs nothing of the SDK’s memory', async () => {
  const { approach } = await arrive({}, { silent: () => ({ code: 'c' }) });
  const { authCode, nonce } = await approach.getCode();
  assert.deepEqual([authCode, nonce], ['c', 'of the SDK']);
});

test('M34: the site’s own client, asked for the sign-out alone, uses PKCE always', async () => {
  const { page, approach } = await arrive({ pkce: false });
  await approach.endSession();
  assert.equal(sentBy(page).has('code_challenge'), true);
});

test('R17: a sign-out empties the SDK’s memory as well; other tabs never see it', async () => {
  const { approach, sdk } = await arrive();
  await approach.signIn({});
  assert.ok(sdk.transactionManager.load());
  approach.forget();
  assert.equal(sdk.transactionManager.load(), undefined);
  assert.deepEqual(sdk.options.transactionManager, { enableSharedStorage: false });
});

test('M49: the SDK signs out, with an ID token where there is one', async () => {
  const { approach, sdk } = await arrive();
  await approach.end('a.b.c');
  assert.deepEqual(sdk.signedOut, { idToken: { idToken: 'a.b.c' } });
  await approach.end();
  assert.deepEqual(sdk.signedOut, {});
});

test('a session that the SDK cannot end keeps nobody on a page that says it is ending', async () => {
  const { page, approach, sdk } = await arrive({ clients: 'shared' });
  sdk.stuck = true;
  await approach.endSession();
  assert.match(page.went.at(-1), /^assign https:\/\/login\.example\.com\/oauth2\/default\/v1\/logout\?client_id=/);
});

test('the code is never the SDK’s to redeem', async () => {
  const source = await readFile(
    new URL('../../../sample_site/static/okta-auth-js.js', import.meta.url),
    'utf8',
  );
  const ways = ['parseFromUrl', 'handleRedirect', 'handleLoginRedirect', 'exchangeCodeForTokens'];
  for (const way of [...ways, 'storeTokensFromRedirect', '.start(']) {
    assert.equal(source.includes(way), false, way);
  }
});
