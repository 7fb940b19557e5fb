import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ISSUER, load, openPage, Storage } from './page.mjs';

const CALLBACK = 'https://www.example.com/help/callback.html';
const HOME = 'https://www.example.com/help/';
const text = Object.fromEntries(
  [
    ...['state_missing', 'state_mismatch', 'issuer_mismatch', 'no_code', 'sign_in_expired'],
    ...['storage_unavailable', 'sign_in_failed'],
  ]
    .map((code) => [`script_failure_${code}`, code])
    .concat([['script_failure_provider_error', '{error}: {description}']]),
);

function waiting(own = {}) {
  const request = {
    client: 'messenger',
    state: 'mine',
    issuer: ISSUER,
    nonce: 'n',
    codeVerifier: 'v',
    redirectUri: CALLBACK,
    returnTo: `${HOME}account/?a=1`,
    at: Date.now(),
    ...own,
  };
  return new Storage({ [`messenger-sso:request:${request.state}`]: JSON.stringify(request) });
}

async function arrive(query, storage = waiting(), more = {}) {
  const page = openPage({ href: CALLBACK + query, storage, text, ...more });
  await load('callback.js');
  return page;
}

test('M45: a good answer leaves the address bar first, is kept, and the visitor returns', async () => {
  const page = await arrive('?code=c&state=mine');
  assert.deepEqual(page.went, ['shows /help/callback.html', `replace ${HOME}account/?a=1`]);
  const { code, nonce, codeVerifier, returnTo } = page.kept('answer:messenger');
  assert.deepEqual([code, nonce, codeVerifier, returnTo], ['c', 'n', 'v', undefined]);
  assert.equal(page.storage.getItem('messenger-sso:request:mine'), null);
  assert.deepEqual(page.steps(), ['returned', 'state_checked', 'code_received']);
});

for (const [what, query, own, words] of [
  ['no state', '?code=c', {}, 'state_missing'],
  ['a foreign state', '?code=c&state=theirs', {}, 'state_mismatch'],
  ['an old state', '?code=c&state=mine', { at: Date.now() - 700_000 }, 'sign_in_expired'],
  ['no code', '?state=mine', {}, 'no_code'],
  ['another issuer', '?code=c&state=mine&iss=https://evil.example', {}, 'issuer_mismatch'],
  [
    'an error',
    '?state=mine&error=access_denied&error_description=User%20is%20%3Cb%3Enot%3C/b%3E%20assigned',
    {},
    'access_denied: User is <b>not</b> assigned',
  ],
]) {
  test(`M45: an answer with ${what} is told in words, and never used`, async () => {
    const page = await arrive(query, waiting(own));
    assert.equal(page.elements['callback-line'].textContent, words);
    assert.equal(page.elements['callback-way'].hidden, false);
    assert.equal(page.kept('answer:messenger'), null);
    assert.deepEqual(page.went, ['shows /help/callback.html']);
    assert.equal(document.documentElement.dataset.signIn, 'failed');
  });
}

test('a code is not taken twice: the same address once more is refused', async () => {
  const storage = waiting();
  await arrive('?code=c&state=mine', storage);
  const page = await arrive('?code=c&state=mine', storage);
  assert.equal(page.elements['callback-line'].textContent, 'state_mismatch');
});

test('a reload of the page that is left without its answer leads home', async () => {
  assert.deepEqual((await arrive('')).went, ['shows /help/callback.html', `replace ${HOME}`]);
});

test('a return address that was tampered with leads home', async () => {
  const page = await arrive('?code=c&state=mine', waiting({ returnTo: '//evil.example/help/' }));
  assert.equal(page.went.at(-1), `replace ${HOME}`);
});

for (const [returnTo, leads] of [
  [`${HOME}account/`, `${HOME}account/`],
  ['https://evil.example/help/', HOME],
]) {
  test(`the way back that an expired sign-in offers, kept as ${returnTo}, is on the site`, async () => {
    const page = await arrive('?code=c&state=mine', waiting({ returnTo, at: Date.now() - 700_000 }));
    assert.equal(page.elements['callback-link'].href, leads);
  });
}

test('the refusal of a silent request goes back to the page, which knows what to do', async () => {
  const page = await arrive('?state=mine&error=login_required', waiting({ prompt: 'none' }));
  assert.equal(page.went.at(-1), `replace ${HOME}account/?a=1`);
  assert.equal(page.kept('answer:messenger').failure.details.error, 'login_required');
});

test('in a frame the answer goes to the page of this origin and nowhere else', async () => {
  const page = await arrive('?code=c&state=mine', waiting(), { embedded: true });
  assert.deepEqual(page.posted, [[{ signInAnswer: 'code=c&state=mine' }, 'https://www.example.com']]);
  assert.notEqual(page.storage.getItem('messenger-sso:request:mine'), null);
  assert.deepEqual(page.went, ['shows /help/callback.html']);
});

const NAMES = fc.constantFrom('code', 'state', 'iss', 'error', 'error_description', 'returnTo', '__proto__');
const VALUES = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('mine', 'c', '', ISSUER, '//evil.example', 'javascript:alert(1)', '<script>'),
);

test('no query keeps a code without its state, leaves the site, or stays in the address', async () => {
  const property = fc.asyncProperty(fc.array(fc.tuple(NAMES, VALUES), { maxLength: 5 }), async (pairs) => {
    const wellFormed = pairs.map((pair) => pair.map((part) => part.toWellFormed()));
    const query = new URLSearchParams(wellFormed);
    const page = await arrive(`?${query}`);
    assert.equal(page.went[0], 'shows /help/callback.html');
    for (const went of page.went.slice(1)) assert.ok(went.startsWith(`replace ${HOME}`), went);
    if (page.kept('answer:messenger')?.code) {
      assert.equal(query.get('state'), 'mine');
      assert.equal(query.get('error'), null);
    }
  });
  await fc.assert(property, { numRuns: 60 });
});
