import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, settings } from './page.mjs';

const { authorizationUrl, prepare } = await load('openid.js');
const prepared = () => prepare(settings(), 'messenger');

test('M40: verifier and challenge are those of RFC 7636, appendix B, for its octets', async (t) => {
  const octets = [
    116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
    214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
  ];
  t.mock.method(crypto, 'getRandomValues', (bytes) => (bytes.set(octets), bytes));
  const request = prepared();
  assert.equal(request.codeVerifier, 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
  const { searchParams } = new URL(await authorizationUrl(settings(), request));
  assert.equal(searchParams.get('code_challenge'), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
});

test('M40: verifiers are long enough, of the allowed characters, and never the same', () => {
  const all = Array.from({ length: 500 }, () => prepared().codeVerifier);
  for (const one of all) assert.match(one, /^[A-Za-z0-9._~-]{43,128}$/);
  assert.equal(new Set(all).size, all.length);
});

test('Okta takes no other characters in a state (okta.md 4.2)', () => {
  for (let count = 0; count < 200; count += 1) assert.match(prepared().state, /^[A-Za-z0-9,._-]+$/);
});
