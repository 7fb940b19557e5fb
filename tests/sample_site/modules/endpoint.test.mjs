import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ISSUER, load, openPage, settings, Storage } from './page.mjs';

const SIGNED_IN = () => ({ code: `code-${Math.random()}` });
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`;

/** A page that has just been loaded, with its approach; `own` are settings. */
async function arrive({ own = {}, ...more } = {}) {
  const page = openPage(more);
  const { endpoint, keepAnswer } = await load('endpoint.js', 'store.js');
  const approach = endpoint(settings(own));
  approach.begin();
  return { page, approach, keepAnswer };
}

/** What the callback keeps of it. */
const refusal = (error) => ({ code: 'provider_error', details: { error }, reason: error });

const known = () => new Storage({ 'messenger-sso:known': 'true' });

test('M39, M43: signing in leaves for the provider and remembers where from', async () => {
  const { page, approach } = await arrive({ href: 'https://www.example.com/help/account/?a=1' });
  await approach.signIn({});
  const sent = new URL(page.went[0].replace('assign ', ''));
  assert.equal(sent.origin + sent.pathname, `${ISSUER}/v1/authorize`);
  assert.equal(sent.searchParams.get('client_id'), 'messenger-client');
  assert.equal(sent.searchParams.get('prompt'), null);
  const request = page.kept(`request:${sent.searchParams.get('state')}`);
  assert.equal(request.returnTo, 'https://www.example.com/help/account/?a=1');
  assert.equal(approach.leaving, true);
  assert.deepEqual(page.steps(), ['sign_in_started', 'redirected']);
});

test('M38: a return path outside of the site is not even remembered', async () => {
  const { page, approach } = await arrive();
  await approach.signIn({ returnTo: 'https://evil.example/' });
  const state = new URL(page.went[0].replace('assign ', '')).searchParams.get('state');
  assert.equal(page.kept(`request:${state}`).returnTo, 'https://www.example.com/help/');
});

test('M48: what getAuthCode gives, field by field', async () => {
  const { approach, keepAnswer } = await arrive({ own: { maxAge: 3600 } });
  const answer = { code: 'c', redirectUri: 'r', codeVerifier: 'v', nonce: 'n', maxAge: 3600, iss: ISSUER };
  keepAnswer({ client: 'messenger', ...answer, state: 's', clientId: 'x' });
  const { code, ...others } = answer;
  assert.deepEqual(await approach.getCode(), { authCode: code, ...others });
});

test('a visitor whom nobody knows is asked after in a frame, once, and is left alone then', async () => {
  const { page, approach } = await arrive();
  assert.equal(await approach.getCode(), undefined);
  assert.equal(await approach.getCode(), undefined);
  assert.deepEqual(page.asked.map(({ prompt }) => prompt), ['none']);
  assert.deepEqual(page.went, []);
});

test('M44: with a session that a frame can see the code comes without a word', async () => {
  let seen;
  const silent = () => {
    seen = page.frames.map(({ hidden }) => hidden);
    return SIGNED_IN();
  };
  const { page, approach } = await arrive({ silent });
  assert.match((await approach.getCode()).authCode, /^code-/);
  assert.deepEqual([seen, page.frames], [[true], []], 'hidden, and gone with its answer');
  assert.deepEqual(page.went, []);
  assert.equal(Object.keys(page.storage).some((key) => key.includes('request:')), false);
});

test('calls at the same time share one request and one code, the next one gets another', async () => {
  const { page, approach } = await arrive({ silent: SIGNED_IN });
  const [first, second] = await Promise.all([approach.getCode(), approach.getCode({ force: true })]);
  assert.equal(first, second);
  assert.equal(page.asked.length, 1);
  const third = await approach.getCode();
  assert.notEqual(third.authCode, first.authCode);
});

test('R5: after two codes without a success it ends, whoever asks; a wish begins anew', async () => {
  const { page, approach } = await arrive({ silent: SIGNED_IN, storage: known() });
  await approach.getCode();
  await approach.getCode({ force: true });
  await assert.rejects(approach.getCode({ force: true }), { code: 'loop_stopped' });
  assert.equal(page.asked.length, 2);
  assert.deepEqual(page.steps().filter((name) => name === 'retrying'), ['retrying']);
  approach.allow();
  assert.ok(await approach.getCode());
});

test('a visitor’s own wish makes room for redirects and quiet questions as well', async () => {
  const storage = new Storage({ 'messenger-sso:redirected': '2', 'messenger-sso:quiet': 'true' });
  const { page, approach } = await arrive({ storage });
  approach.allow();
  await approach.getCode();
  assert.equal(page.asked.length, 1);
  storage.setItem('messenger-sso:known', 'true');
  await approach.getCode();
  assert.equal(page.went.length, 1);
});

test('a success makes room for the next retry, and drops a code that was not needed', async () => {
  const { page, approach, keepAnswer } = await arrive({ silent: SIGNED_IN, storage: known() });
  await approach.getCode();
  keepAnswer({ client: 'messenger', code: 'left over' });
  approach.authenticated();
  assert.equal(page.kept('answer:messenger'), null);
  assert.ok(await approach.getCode());
  assert.ok(await approach.getCode());
});

test('where frames see no session a redirect asks silently, once more if it was cut short', async () => {
  const storage = known();
  const { page, approach } = await arrive({ storage });
  assert.equal(await approach.getCode(), undefined);
  const sent = new URL(page.went[0].replace('assign ', '')).searchParams;
  assert.deepEqual([sent.get('prompt'), sent.get('client_id')], ['none', 'messenger-client']);
  assert.equal(await approach.getCode(), undefined, 'the page is leaving');
  const again = await arrive({ storage });
  await again.approach.getCode();
  assert.equal(again.page.went.length, 1);
  const last = await arrive({ storage });
  await assert.rejects(last.approach.getCode(), { code: 'loop_stopped' });
  assert.deepEqual(last.page.went, []);
});

test('X2: forceUpdate of a Messenger whose visitor this tab does not know asks all the same', async () => {
  const { page, approach } = await arrive({ storage: new Storage({ 'messenger-sso:quiet': 'true' }) });
  assert.equal(await approach.getCode({ force: true }), undefined);
  assert.equal(page.asked.length, 1);
  assert.match(page.went[0], /prompt=none/);
});

test('login_required of the redirect: the visitor is forgotten, and told', async () => {
  const storage = known();
  const { page, approach, keepAnswer } = await arrive({ storage });
  keepAnswer({ client: 'messenger', failure: refusal('login_required') });
  await assert.rejects(approach.getCode(), { code: 'login_required' });
  assert.equal(approach.person(), null);
  assert.equal(page.kept('known'), null);
  assert.equal(await approach.getCode(), undefined);
  assert.deepEqual([page.went, page.asked], [[], []]);
});

test('consent is asked for visibly, once', async () => {
  const storage = known();
  storage.setItem('messenger-sso:redirected', '1');
  const { page, approach, keepAnswer } = await arrive({ storage });
  const failure = refusal('consent_required');
  keepAnswer({ client: 'messenger', failure });
  assert.equal(await approach.getCode(), undefined);
  assert.equal(new URL(page.went[0].replace('assign ', '')).searchParams.get('prompt'), null);
  approach.leaving = false;
  keepAnswer({ client: 'messenger', failure });
  await assert.rejects(approach.getCode(), { code: 'loop_stopped' });
});

test('a refusal that signing in cannot cure is told at once', async () => {
  const silent = () => ({ error: 'access_denied', error_description: 'not assigned' });
  const { page, approach } = await arrive({ silent, storage: known() });
  await assert.rejects(approach.getCode(), {
    code: 'provider_error',
    details: { error: 'access_denied', description: 'not assigned' },
  });
  assert.deepEqual(page.went, []);
});

test('R7, X2: reAuthenticate leads to the sign-in page where no frame helps', async () => {
  const { page, approach } = await arrive({ storage: known() });
  assert.equal(await approach.renew({ interactive: true }), false);
  assert.equal(new URL(page.went[0].replace('assign ', '')).searchParams.get('prompt'), null);
});

test('R17: a code that was asked for before a sign-out is not given after it', async () => {
  const silent = () => {
    approach.forget();
    return { code: 'late' };
  };
  const { page, approach } = await arrive({ silent, storage: known() });
  assert.equal(await approach.getCode(), undefined);
  assert.equal(page.kept('answer:messenger'), null);
});

test('R17: nor is it kept for whoever asks next', async () => {
  const silent = () => {
    approach.forget();
    return { code: 'late' };
  };
  const { page, approach } = await arrive({ silent, storage: known() });
  assert.equal(await approach.renew({ interactive: true }), false);
  assert.equal(page.kept('answer:messenger'), null);
});

test('R17: a sign-out forgets the answers that nobody has taken yet', async () => {
  const { page, approach, keepAnswer } = await arrive({ storage: known() });
  for (const client of ['messenger', 'website']) keepAnswer({ client, code: 'c' });
  approach.forget();
  assert.deepEqual(Object.keys(page.storage), ['messenger-sso:quiet']);
});

test('R5: a page that its visitor loads begins the count anew, one that comes back does not', async () => {
  const storage = known();
  const first = await arrive({ silent: SIGNED_IN, storage });
  await first.approach.getCode();
  await first.approach.getCode();
  assert.equal(first.approach.exhausted(), true);
  first.keepAnswer({ client: 'messenger', code: 'c' });
  const back = await arrive({ storage });
  await assert.rejects(back.approach.getCode(), { code: 'loop_stopped' });
  const loaded = await arrive({ silent: SIGNED_IN, storage });
  assert.ok(await loaded.approach.getCode());
});

test('a redirect that brought a code is not counted against the next one', async () => {
  const storage = known();
  for (let count = 0; count < 3; count += 1) {
    const { page, approach, keepAnswer } = await arrive({ storage });
    await approach.getCode();
    assert.equal(page.went.length, 1, 'leaves for a code');
    approach.leaving = false;
    keepAnswer({ client: 'messenger', code: 'c' });
    assert.ok(await approach.getCode(), 'and its visitor is gone before it is redeemed');
  }
});

test('a page deletes what former ones left and nobody can use any more', async () => {
  const storage = known();
  storage.setItem('messenger-sso:request:a', JSON.stringify({ state: 'a', at: Date.now() - 700_000 }));
  await arrive({ storage });
  assert.deepEqual(Object.keys(storage), ['messenger-sso:known']);
});

test('R17: nor is one whose provider is still being looked up when a sign-out comes', async () => {
  const look = () => {
    approach.forget();
    return { issuer: ISSUER };
  };
  const { page, approach } = await arrive({
    silent: SIGNED_IN,
    storage: known(),
    answers: { [DISCOVERY]: look },
  });
  assert.equal(await approach.getCode(), undefined);
  assert.equal(page.steps().includes('code_handed_over'), false);
});

test('X2: a renewed code waits for getAuthCode and is given once', async () => {
  const { approach } = await arrive({ silent: SIGNED_IN, storage: known() });
  assert.equal(await approach.renew({ interactive: true }), true);
  assert.equal(await approach.renew({ interactive: true }), true);
  const first = await approach.getCode();
  assert.notEqual((await approach.getCode()).authCode, first.authCode);
});

const foreign = (event) =>
  Object.assign(event, { data: { signInAnswer: event.data.signInAnswer.replace('code-', 'forged-') } });

for (const [what, forge] of [
  ['of another origin', (event) => Object.assign(foreign(event), { origin: 'https://evil.example' })],
  ['of another frame', (event) => Object.assign(foreign(event), { source: {} })],
  ['with another state', (event) => Object.assign(event, { data: { signInAnswer: 'code=x&state=y' } })],
  ['without sense', (event) => Object.assign(event, { data: 'code=x' })],
]) {
  test(`a message ${what} is no answer`, async () => {
    const { page, approach } = await arrive({ storage: known(), silent: SIGNED_IN });
    const dispatch = window.dispatchEvent.bind(window);
    window.dispatchEvent = (event) => {
      const forged = new Event('message');
      const { origin, source, data } = event;
      dispatch(forge(Object.assign(forged, { origin, source, data })));
      dispatch(event);
    };
    assert.match((await approach.getCode()).authCode, /^code-/);
    assert.equal(page.asked.length, 1);
  });
}

test('X1: a provider that promises iss in its answers has to give it', async () => {
  const answers = { [DISCOVERY]: { issuer: ISSUER, authorization_response_iss_parameter_supported: true } };
  const { approach } = await arrive({ silent: SIGNED_IN, answers });
  await assert.rejects(approach.getCode(), { code: 'issuer_mismatch' });
  const named = await arrive({ silent: () => ({ code: 'c', iss: ISSUER }), answers });
  assert.equal((await named.approach.getCode()).iss, ISSUER);
});

test('a discovery document that could not be had is asked for again', async () => {
  const answers = {};
  const { page, approach } = await arrive({ silent: SIGNED_IN, answers });
  assert.ok(await approach.getCode());
  answers[DISCOVERY] = { issuer: ISSUER };
  assert.ok(await approach.getCode());
  approach.authenticated();
  assert.ok(await approach.getCode());
  assert.equal(page.fetched.length, 2);
});

test('R3: a discovery document of another issuer is not trusted', async () => {
  const answers = { [DISCOVERY]: { issuer: 'https://evil.example' } };
  const { approach } = await arrive({ silent: SIGNED_IN, answers });
  await assert.rejects(approach.getCode(), { code: 'issuer_mismatch' });
});

const SESSION = 'https://login.example.com/api/v1/sessions/me';
const AFTER = 'https://www.example.com/help/signed-out.html';

test('M49: without an ID token one is fetched for the site’s own client, for the sign-out alone', async () => {
  const { page, approach } = await arrive({ storage: known(), own: { maxAge: 60 } });
  await approach.endSession();
  const sent = new URL(page.went[0].replace('assign ', '')).searchParams;
  assert.deepEqual([sent.get('client_id'), sent.get('prompt')], ['website-client', 'none']);
  assert.equal(sent.get('max_age'), null);
  const back = await arrive({ storage: page.storage, answers: { [SESSION]: {} } });
  assert.equal(await back.approach.goesOn(), true);
  assert.equal(back.page.went[0], `assign ${AFTER}`);
  assert.equal(await back.approach.goesOn(), false);
});

for (const [what, own, answers, went] of [
  ['one client: Okta’s Sessions API', {}, { [SESSION]: {} }, AFTER],
  ['a session that has ended before', {}, { [SESSION]: { error: 'E0000007', status: 404 } }, AFTER],
  [
    'a provider without that API: client_id',
    {},
    {},
    `${ISSUER}/v1/logout?client_id=messenger-client&post_logout_redirect_uri=${encodeURIComponent(AFTER)}`,
  ],
  ['a provider without a logout', { endSessionEndpoint: null }, {}, AFTER],
]) {
  test(`M49: signing out with ${what}`, async () => {
    const { page, approach } = await arrive({ storage: known(), own: { clients: 'shared', ...own }, answers });
    await approach.endSession();
    assert.equal(page.went[0], `assign ${went}`);
    const asked = page.fetched.filter(({ url }) => url === SESSION);
    assert.ok(asked.every(({ method, credentials }) => `${method} ${credentials}` === 'DELETE include'));
    assert.equal(approach.leaving, true);
    assert.equal(page.kept('known'), null);
  });
}
