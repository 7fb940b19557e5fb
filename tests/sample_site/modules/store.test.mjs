import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { load, openPage, Storage } from './page.mjs';

const { claim, hasAnswer, keepAnswer, remember, sweep, takeAnswer } = await load('store.js');
const MINUTE = 60_000;
let page;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_700_000_000_000 });
  page = openPage();
});

test('a request is found once by its state, and by no other', () => {
  remember({ state: 'a', nonce: '1' });
  remember({ state: 'b', nonce: '2' });
  assert.throws(() => claim('c'), { code: 'state_mismatch' });
  assert.equal(claim('b').nonce, '2');
  assert.throws(() => claim('b'), { code: 'state_mismatch' });
  assert.equal(claim('a').nonce, '1');
  assert.deepEqual(Object.keys(page.storage), []);
});

for (const state of [null, undefined, '']) {
  test(`an answer with the state ${JSON.stringify(state)} belongs to nobody`, () => {
    assert.throws(() => claim(state), { code: 'state_missing' });
  });
}

test('another tab knows nothing of the request', () => {
  remember({ state: 'a' });
  openPage({ storage: new Storage() });
  assert.throws(() => claim('a'), { code: 'state_mismatch' });
});

test('ten minutes are enough to sign in, more are not, and nothing is left behind', () => {
  remember({ state: 'a' });
  mock.timers.tick(10 * MINUTE - 1);
  remember({ state: 'b', returnTo: '/help/x' });
  assert.equal(claim('a').state, 'a');
  mock.timers.tick(10 * MINUTE);
  assert.throws(() => claim('b'), { code: 'sign_in_expired', details: { returnTo: '/help/x' } });
  remember({ state: 'c' });
  mock.timers.tick(10 * MINUTE);
  remember({ state: 'd' });
  page.storage.setItem('of another script', 'x');
  sweep();
  assert.deepEqual(Object.keys(page.storage), ['messenger-sso:request:d', 'of another script']);
});

test('a clock that was set back does not make a request last for ever', () => {
  remember({ state: 'a' });
  mock.timers.setTime(1_600_000_000_000);
  assert.throws(() => claim('a'), { code: 'sign_in_expired' });
});

for (const broken of ['{', 'null', '"x"', '[]', '{"at":"soon"}', '0']) {
  test(`a request kept as ${broken} is no request`, () => {
    page.storage.setItem('messenger-sso:request:a', broken);
    assert.throws(() => claim('a'), (failure) => /state_mismatch|sign_in_expired/.test(failure.code));
    assert.equal(page.storage.getItem('messenger-sso:request:a'), null);
  });
}

test('a code is kept for a minute, for its client alone, and taken once', () => {
  keepAnswer({ client: 'messenger', code: 'c' });
  assert.equal(hasAnswer('website'), false);
  mock.timers.tick(MINUTE - 1);
  assert.equal(hasAnswer('messenger'), true);
  assert.equal(takeAnswer('messenger').code, 'c');
  assert.equal(takeAnswer('messenger'), undefined);
  keepAnswer({ client: 'messenger', code: 'd' });
  mock.timers.tick(MINUTE);
  assert.equal(hasAnswer('messenger'), false);
  assert.equal(takeAnswer('messenger'), undefined);
});

test('a code that nobody comes for is deleted all the same', () => {
  sweep();
  mock.timers.tick(MINUTE / 2);
  keepAnswer({ client: 'messenger', code: 'c' });
  mock.timers.tick(2 * MINUTE);
  assert.deepEqual(Object.keys(page.storage), []);
});

test('a browser without storage is told apart from a mistake', () => {
  openPage();
  Object.defineProperty(globalThis, 'sessionStorage', {
    configurable: true,
    get() {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  assert.throws(() => remember({ state: 'a' }), { code: 'storage_unavailable' });
  assert.throws(() => claim('a'), { code: 'storage_unavailable' });
  delete globalThis.sessionStorage;
});
