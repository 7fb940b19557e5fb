import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openPage, settings } from './page.mjs';

const PAGE = new URL('../../../docs/sign-in.md', import.meta.url);
const STATIC = new URL('../../../sample_site/static/', import.meta.url);
const CODE = { code: 'a-code', redirectUri: 'https://www.example.com/cb', nonce: 'n', codeVerifier: 'v' };
let copies = 0;

/** The documented approach, beside modules of the site that a page has just loaded. */
async function backEnd() {
  const [, source] = /```js\n(.*?)```/s.exec(await readFile(PAGE, 'utf8'));
  copies += 1;
  const whole = source.replace(/'\.\/([\w-]+\.js)'/g, `'${STATIC.href}$1?copy=own${copies}'`);
  const module = await import(`data:text/javascript,${encodeURIComponent(whole)}`);
  return module.backEnd(settings());
}

test('the documented back end hands over its code, and no more than two without a success', async () => {
  const page = openPage({ answers: { '/me': { sub: 'u1', name: 'Ada' }, '/messenger/code': CODE } });
  const approach = await backEnd();
  assert.equal(await approach.known(), true);
  assert.equal(approach.person().name, 'Ada');
  const { code, ...others } = CODE;
  const given = { authCode: code, ...others, maxAge: undefined, iss: undefined };
  assert.deepEqual(await approach.getCode(), given);
  assert.deepEqual(await approach.getCode({ force: true }), given);
  await assert.rejects(approach.getCode({ force: true }), { code: 'loop_stopped' });
  approach.authenticated();
  assert.deepEqual(await approach.getCode(), given);
  assert.deepEqual(page.asked, [], 'no frame');
});

test('the documented back end signs in and out at the server', async () => {
  const page = openPage({ answers: { '/me': { error: 'nobody' }, '/messenger/code': { error: 'nobody' } } });
  const approach = await backEnd();
  assert.equal(await approach.known(), false);
  assert.equal(await approach.getCode(), undefined);
  assert.deepEqual(page.went, []);
  await approach.signIn();
  await approach.endSession();
  assert.match(page.went[0], /\/login\?returnTo=https%3A%2F%2Fwww\.example\.com%2Fhelp%2F$/);
  assert.match(page.went[1], /\/logout$/);
});
