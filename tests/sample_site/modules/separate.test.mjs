import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ISSUER, load, openPage, settings, Tabs } from './page.mjs';

const TOKEN = `${ISSUER}/v1/token`;
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A provider that knows Ada: what it issues fits the request it was asked with. */
function provider({ claims = {}, header = {}, named = {}, visible = true } = {}) {
  const codes = new Map();
  let issued = 0;
  const issue = (parameters) => {
    issued += 1;
    const code = `code-${issued}`;
    codes.set(code, parameters);
    return { code };
  };
  const token = ({ body }) => {
    const asked = codes.get(body.get('code'));
    codes.delete(body.get('code'));
    if (!asked) return { error: 'invalid_grant', error_description: 'spent' };
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: ISSUER, aud: asked.client_id, nonce: asked.nonce, sub: '00u1', auth_time: now };
    const all = { ...own, exp: now + 3600, name: 'Ada Ädel', email: 'ada@example.com', ...claims };
    return { id_token: `${encode({ alg: 'RS256', ...header })}.${encode(all)}.s`, access_token: 'the-access-token' };
  };
  return {
    issue,
    silent: (parameters) => (visible ? issue(parameters) : { error: 'login_required' }),
    answers: {
      [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, token_endpoint: TOKEN, ...named },
      [TOKEN]: token,
    },
  };
}

async function arrive({ own = {}, ...more } = {}) {
  const page = openPage(more);
  const { separate, keepAnswer, prepare } = await load('endpoint.js', 'store.js', 'openid.js');
  const given = settings(own);
  const approach = separate(given);
  approach.begin();
  /** What the callback keeps after a visible sign-in. */
  const comeBack = (issue) => {
    const { clientId: client_id, ...request } = prepare(given, 'website');
    const { code } = issue({ client_id, nonce: request.nonce });
    keepAnswer({ clientId: client_id, ...request, code });
  };
  return { page, approach, comeBack };
}

test('M66: approach C needs two clients and says so', async () => {
  openPage();
  const { separate } = await load('endpoint.js');
  assert.throws(() => separate(settings({ clients: 'shared' })), { code: 'sign_in_failed' });
});

test('the site’s own client signs in, always with PKCE', async () => {
  const { page, approach } = await arrive({ own: { pkce: false } });
  await approach.signIn({});
  const sent = new URL(page.went[0].replace('assign ', '')).searchParams;
  assert.equal(sent.get('client_id'), 'website-client');
  assert.equal(sent.get('code_challenge_method'), 'S256');
});

test('the site redeems its own code, keeps what it shows, and Messenger gets another code', async () => {
  const okta = provider();
  const { page, approach, comeBack } = await arrive(okta);
  comeBack(okta.issue);
  const given = await approach.getCode();
  const person = { sub: '00u1', name: 'Ada Ädel', email: 'ada@example.com' };
  assert.deepEqual(approach.person(), person);
  const { idToken, ...kept } = page.kept('person');
  assert.deepEqual(kept, person);
  assert.equal(idToken.split('.').length, 3);
  const { url, method, body } = page.fetched.find((one) => one.url === TOKEN);
  assert.equal(method, 'POST');
  assert.equal(body.get('client_id'), 'website-client');
  assert.equal(body.get('code_verifier').length, 43);
  assert.equal(body.has('client_secret'), false, url);
  assert.equal(page.asked[0].client_id, 'messenger-client');
  assert.equal(page.fetched.some((one) => one.body?.get('code') === given.authCode), false);
  assert.equal(JSON.stringify(page.storage).includes('the-access-token'), false);
});

for (const [what, claims, called] of [
  ['a login', { name: undefined, preferred_username: 'ada' }, 'ada'],
  ['an e-mail address', { name: undefined }, 'ada@example.com'],
  ['neither', { name: undefined, email: undefined }, '00u1'],
]) {
  test(`a person without a name is called by what there is: ${what}`, async () => {
    const { approach } = await arrive(provider({ claims }));
    await approach.known();
    assert.equal(approach.person().name, called);
  });
}

test('M1: with a session that a frame can see, the other site signs in by itself', async () => {
  const { page, approach } = await arrive(provider());
  assert.ok((await approach.getCode()).authCode);
  assert.deepEqual(page.asked.map((one) => one.client_id), ['website-client', 'messenger-client']);
  assert.deepEqual(page.went, []);
});

test('a visitor without a session is asked after once, and left alone', async () => {
  const { page, approach } = await arrive(provider({ visible: false }));
  assert.equal(await approach.getCode(), undefined);
  assert.equal(await approach.getCode(), undefined);
  assert.equal(page.asked.length, 1);
  assert.deepEqual(page.went, []);
});

test('Messenger that is signed in from an earlier day gets codes, though the tab knows no name', async () => {
  const { page, approach } = await arrive(provider({ visible: false }));
  assert.equal(await approach.known(), false);
  approach.authenticated();
  assert.equal(await approach.getCode(), undefined);
  const sent = new URL(page.went[0].replace('assign ', '')).searchParams;
  assert.deepEqual([sent.get('client_id'), sent.get('prompt')], ['messenger-client', 'none']);
});

test('R17: a person who signs out meanwhile is not signed in by an answer that comes late', async () => {
  const okta = provider();
  const { approach, comeBack } = await arrive(okta);
  comeBack(okta.issue);
  const looking = approach.known();
  approach.forget();
  assert.equal(await looking, false);
  assert.equal(approach.person(), null);
});

test('every later code is asked for anew', async () => {
  const { page, approach } = await arrive(provider());
  const first = await approach.getCode();
  const second = await approach.getCode({ force: true });
  assert.notEqual(first.authCode, second.authCode);
  assert.equal(page.asked.at(-1).client_id, 'messenger-client');
});

test('blocked third-party cookies: one silent redirect for Messenger’s client', async () => {
  const okta = provider({ visible: false });
  const { page, approach, comeBack } = await arrive(okta);
  comeBack(okta.issue);
  assert.equal(await approach.getCode(), undefined);
  const sent = new URL(page.went[0].replace('assign ', '')).searchParams;
  assert.deepEqual([sent.get('client_id'), sent.get('prompt')], ['messenger-client', 'none']);
});

test('M49: the ID token is the hint of the sign-out, and gone before the page is', async () => {
  const okta = provider();
  const { page, approach } = await arrive(okta);
  await approach.known();
  const { idToken } = page.kept('person');
  await approach.endSession();
  const url = new URL(page.went[0].replace('assign ', ''));
  assert.equal(url.origin + url.pathname, `${ISSUER}/v1/logout`);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    id_token_hint: idToken,
    post_logout_redirect_uri: 'https://www.example.com/help/signed-out.html',
  });
  assert.equal(page.kept('person'), null);
  assert.equal(approach.person(), null);
});

const now = Date.now() / 1000;
for (const [what, broken, own] of [
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['another audience', { claims: { aud: 'messenger-client' } }],
  ['several audiences and no azp', { claims: { aud: ['website-client', 'x'] } }],
  ['an end in the past', { claims: { exp: now - 120 } }],
  ['no end', { claims: { exp: undefined } }],
  ['another nonce', { claims: { nonce: 'x' } }],
  ['no nonce', { claims: { nonce: undefined } }],
  ['no subject', { claims: { sub: undefined } }],
  ['an empty subject', { claims: { sub: '' } }],
  ['a sign-in that is too old', { claims: { auth_time: now - 7200 } }, { maxAge: 3600 }],
  ['no time of sign-in', { claims: { auth_time: undefined } }, { maxAge: 3600 }],
  ['HS256', { header: { alg: 'HS256' } }],
  ['no signature at all', { header: { alg: 'none' } }],
]) {
  test(`M62, R1, R9: an ID token with ${what} signs nobody in`, async () => {
    const okta = provider(broken);
    const { page, approach, comeBack } = await arrive({ ...okta, own });
    comeBack(okta.issue);
    await assert.rejects(approach.getCode(), { code: 'sign_in_failed' });
    assert.equal(approach.person(), null);
    assert.deepEqual(page.asked, []);
  });
}

for (const [what, good, own] of [
  ['clocks that differ by less than a minute', { claims: { exp: now - 30 } }],
  ['itself among several audiences', { claims: { aud: ['x', 'website-client'], azp: 'website-client' } }],
  ['a sign-in that is young enough', { claims: { auth_time: now - 3000 } }, { maxAge: 3600 }],
]) {
  test(`M62: an ID token with ${what} is good`, async () => {
    const okta = provider(good);
    const { approach, comeBack } = await arrive({ ...okta, own });
    comeBack(okta.issue);
    assert.equal(await approach.known(), true);
  });
}

for (const [what, token] of [
  ['an error', () => ({ error: 'invalid_grant', error_description: 'The code has expired.' })],
  ['no token', () => ({ access_token: 'a' })],
  ['something else', () => ({ id_token: 'a.b' })],
]) {
  test(`a token endpoint that answers with ${what} is told in words`, async () => {
    const okta = provider();
    const { approach, comeBack } = await arrive({ ...okta, answers: { ...okta.answers, [TOKEN]: token } });
    comeBack(okta.issue);
    await assert.rejects(approach.known(), { code: 'sign_in_failed' });
    assert.equal(approach.person(), null);
  });
}

test('X1: a provider that says it names itself has to, in the answer for the site’s own client too', async () => {
  const named = { authorization_response_iss_parameter_supported: true };
  const okta = provider({ named });
  const { page, approach, comeBack } = await arrive(okta);
  comeBack(okta.issue);
  await assert.rejects(approach.known(), { code: 'issuer_mismatch' });
  assert.equal(approach.person(), null);
  assert.equal(page.fetched.some(({ url }) => url === TOKEN), false);
});

test('a provider whose discovery cannot be read has its token endpoint where Okta has it', async () => {
  const okta = provider();
  const { approach, comeBack } = await arrive({ ...okta, answers: { [TOKEN]: okta.answers[TOKEN] } });
  comeBack(okta.issue);
  assert.equal(await approach.known(), true);
});

test('a new tab learns from another one who is signed in, and what the sign-out needs', async () => {
  const { page, approach } = await arrive(provider({ visible: false }));
  const person = { sub: '00u1', name: 'Ada', email: 'ada@example.com', idToken: 'a.b.c' };
  const other = new Tabs('messenger-sso:website-client');
  other.onmessage = ({ data }) => data === null && other.postMessage(person);
  assert.equal(await approach.known(), true);
  assert.equal(approach.person().name, 'Ada');
  assert.deepEqual(page.asked, []);
  await approach.endSession();
  assert.equal(new URL(page.went[0].replace('assign ', '')).searchParams.get('id_token_hint'), 'a.b.c');
});

test('R17: what another tab says after a sign-out has come signs nobody in', async () => {
  const { page, approach } = await arrive(provider({ visible: false }));
  const other = new Tabs('messenger-sso:website-client');
  other.onmessage = ({ data }) => {
    if (data !== null) return;
    approach.forget();
    other.postMessage({ sub: '00u1', name: 'Ada', idToken: 'a.b.c' });
  };
  assert.equal(await approach.known(), false);
  assert.equal(page.kept('person'), null);
});

test('a tab that knows the person tells the others, one that does not keeps quiet', async () => {
  const { approach } = await arrive(provider());
  const heard = [];
  const other = new Tabs('messenger-sso:website-client');
  other.onmessage = ({ data }) => data !== null && heard.push(data?.name);
  const turns = () => new Promise((resolve) => setTimeout(resolve, 5));
  other.postMessage(null);
  await turns();
  assert.deepEqual(heard, []);
  await approach.known();
  other.postMessage(null);
  await turns();
  assert.deepEqual(heard, ['Ada Ädel']);
});
