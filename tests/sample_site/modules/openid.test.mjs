import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ISSUER, load, openPage, settings } from './page.mjs';

openPage();
const { accept, authorizationUrl, prepare, safeReturn } = await load('openid.js');

const parametersOf = async (own, client, extra) => {
  const given = settings(own);
  const request = prepare(given, client, extra);
  const url = new URL(await authorizationUrl(given, request));
  assert.equal(url.origin + url.pathname, `${ISSUER}/v1/authorize`);
  return { request, sent: Object.fromEntries(url.searchParams) };
};

test('M39, M41: the request has what the documents name, and a fresh state and nonce', async () => {
  const { request, sent } = await parametersOf({ pkce: false }, 'messenger');
  assert.deepEqual(sent, {
    client_id: 'messenger-client',
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: 'https://www.example.com/help/callback.html',
    state: request.state,
    nonce: request.nonce,
  });
  const other = prepare(settings(), 'messenger');
  assert.notEqual(request.state, other.state);
  assert.notEqual(request.nonce, other.nonce);
});

for (const [what, own, client, has] of [
  ['M40: PKCE adds a challenge', { pkce: true }, 'messenger', ['code_challenge', 'code_challenge_method']],
  ['M34: PKCE is off when the settings say so', { pkce: false }, 'messenger', []],
  ['the public client uses PKCE always', { pkce: false }, 'website', ['code_challenge', 'code_challenge_method']],
  ['M36: max_age of 0 is sent as well', { pkce: false, maxAge: 0 }, 'messenger', ['max_age']],
]) {
  test(what, async () => {
    const { sent } = await parametersOf(own, client);
    const optional = ['code_challenge', 'code_challenge_method', 'max_age'];
    assert.deepEqual(optional.filter((name) => name in sent), has);
    if (has.includes('code_challenge')) assert.equal(sent.code_challenge_method, 'S256');
  });
}

test('M37: a nonce of the site takes the place of a random one', async () => {
  const { sent } = await parametersOf({ nonce: 'chosen' }, 'messenger');
  assert.equal(sent.nonce, 'chosen');
});

test('M45, X1: a code comes with iss where the provider names itself', () => {
  const request = prepare(settings(), 'messenger');
  const answer = accept(request, new URLSearchParams({ code: 'c', iss: ISSUER }));
  assert.deepEqual([answer.code, answer.iss], ['c', ISSUER]);
});

for (const [what, answer, code] of [
  ['another issuer', { code: 'c', iss: 'https://evil.example' }, 'issuer_mismatch'],
  ['an empty issuer', { code: 'c', iss: '' }, 'issuer_mismatch'],
  ['an error', { error: 'access_denied', error_description: 'not assigned' }, 'provider_error'],
  ['an error beside a code', { code: 'c', error: 'server_error' }, 'provider_error'],
  ['an error of another issuer', { error: 'x', iss: 'https://evil.example' }, 'issuer_mismatch'],
  ['nothing', {}, 'no_code'],
  ['an empty code', { code: '' }, 'no_code'],
]) {
  test(`M45: an answer with ${what} is refused`, () => {
    const parameters = new URLSearchParams(answer);
    assert.throws(() => accept(prepare(settings(), 'messenger'), parameters), { code });
  });
}

const ROOT = 'https://www.example.com/help/';
const isOurs = (address) => {
  const url = new URL(address);
  assert.equal(url.origin, 'https://www.example.com');
  assert.ok(url.pathname.startsWith('/help/'), address);
  assert.equal(url.username + url.password, '');
};

for (const [wanted, gets] of [
  ['https://www.example.com/help/account/?a=1#b', 'https://www.example.com/help/account/?a=1#b'],
  ['account/', 'https://www.example.com/help/account/'],
  ['/help/', ROOT],
  ['/', ROOT],
  ['/helpless', ROOT],
  ['../', ROOT],
  ['/help/../admin', ROOT],
  ['/help/%2e%2e/admin', ROOT],
  ['//evil.example/help/', ROOT],
  ['\\\\evil.example\\help\\', ROOT],
  ['/\\evil.example/help/', ROOT],
  ['https://www.example.com.evil.example/help/', ROOT],
  ['https://www.example.com@evil.example/help/', ROOT],
  ['https://evil@www.example.com/help/', 'https://www.example.com/help/'],
  ['http://www.example.com/help/', ROOT],
  ['https://www.example.com:444/help/', ROOT],
  ['javascript:alert(1)', ROOT],
  ['data:text/html,<script>', ROOT],
  ['blob:https://www.example.com/help/x', ROOT],
  ['\tjava\nscript:alert(1)', ROOT],
  ['https:///evil.example', ROOT],
  [undefined, ROOT],
  [null, ROOT],
  ['', ROOT],
]) {
  test(`M38: a return to ${JSON.stringify(wanted)} ends on the site`, () => {
    assert.equal(safeReturn(wanted, ROOT), gets);
  });
}

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .array(
      fc.constantFrom(
        ...['/', '\\', '//', '..', '.', '%2e', '%2f', '%5c', '@', ':', '?', '#', '\t', '\n', '\0', ' '],
        ...['https:', 'javascript:', 'www.example.com', 'evil.example', 'help', 'code=1', '\u2025', '\uff0f'],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

test('M38: no address at all leads away from the site, nor from under its path', () => {
  fc.assert(
    fc.property(HOSTILE, (wanted) => {
      const once = safeReturn(wanted, ROOT);
      isOurs(once);
      assert.equal(safeReturn(once, ROOT), once);
      // What a browser makes of it is the same address once more.
      assert.equal(new URL(once, 'https://www.example.com/help/callback.html').href, once);
    }),
    { numRuns: 1000 },
  );
});

test('a site at the root of its host cannot be left by a double slash', () => {
  fc.assert(
    fc.property(HOSTILE, (path) => {
      const url = new URL(safeReturn(`//${path}`, 'http://localhost:8080/'));
      assert.equal(url.origin, 'http://localhost:8080');
      const again = safeReturn(`http://localhost:8080//evil.example/${path}`, 'http://localhost:8080/');
      assert.equal(new URL(again).origin, 'http://localhost:8080');
    }),
  );
});

test('M45: whatever an answer says, it is accepted with a code or refused in known words', () => {
  const names = fc.constantFrom('code', 'state', 'iss', 'error', 'error_description', 'x');
  const values = fc.oneof(fc.string(), fc.constantFrom('', ISSUER, `${ISSUER}/`));
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), (pairs) => {
      const request = prepare(settings(), 'messenger');
      try {
        const { code, iss, error } = accept(request, new URLSearchParams(pairs));
        assert.ok(code);
        assert.ok(iss === undefined || iss === ISSUER);
        assert.equal(error, undefined);
      } catch (failure) {
        assert.ok(['issuer_mismatch', 'provider_error', 'no_code'].includes(failure.code), failure);
      }
    }),
  );
});
