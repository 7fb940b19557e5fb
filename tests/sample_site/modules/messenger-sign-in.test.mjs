import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ISSUER, load, openPage, settings } from './page.mjs';

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The page has left, or has had every chance to. */
async function left(page) {
  for (let count = 0; count < 50 && !page.went.length; count += 1) await turns();
}

/** A page whose Messenger does what `commands` say. */
async function start({ commands = {}, approach = 'endpoint', genesys = true, ...more } = {}) {
  const page = openPage(more);
  page.done = [];
  if (genesys) {
    window.Genesys = (verb, name, options, resolve, reject) => {
      if (verb !== 'command') return;
      page.done.push(name);
      commands[name]?.(resolve, reject);
    };
  }
  const { startSignIn } = await load('messenger-sign-in.js');
  const signIn = startSignIn({ approach, settings: settings({ clients: 'shared' }) });
  return { page, signIn };
}

const SESSION = { 'https://login.example.com/api/v1/sessions/me': {} };
const SIGNED_OUT = 'assign https://www.example.com/help/signed-out.html';

for (const [what, logout] of [
  ['however it ends', (resolve, reject) => reject(new Error('refused'))],
  ['in the best case', (resolve) => resolve()],
]) {
  test(`M49, R17: Messenger signs out before the provider, ${what}`, async () => {
    let wentAtLogout;
    const commands = {
      'Auth.logout': (...words) => {
        wentAtLogout = [...page.went];
        logout(...words);
      },
    };
    const { page, signIn } = await start({ commands, answers: SESSION });
    await signIn.signOut();
    assert.deepEqual(wentAtLogout, []);
    assert.deepEqual(page.went, [SIGNED_OUT]);
    const order = ['signing_out', 'messenger_signed_out', 'provider_sign_out'];
    assert.deepEqual(page.steps().slice(-3), order);
    assert.equal(signIn.state(), 'working');
  });
}

test('while the page signs out it gives no more codes', async () => {
  const { page, signIn } = await start({ silent: () => ({ code: 'c' }) });
  page.storage.setItem('messenger-sso:known', 'true');
  signIn.signOut();
  await turns();
  assert.deepEqual(page.done, ['Auth.logout']);
  assert.deepEqual(page.asked, []);
});

test('an approach that the stack cannot have is a clear failure, not a page without words', async () => {
  const { page, signIn } = await start({ approach: 'separate' });
  await turns();
  assert.equal(signIn.state(), 'failed');
  const { failure } = page.events.findLast(({ event }) => event === 'sign-in:state');
  assert.equal(failure.code, 'sign_in_failed');
});

test('a page without the snippet says that Messenger is not there', async () => {
  const { page } = await start({ genesys: false });
  await turns();
  const { failure } = page.events.findLast(({ event }) => event === 'sign-in:state');
  assert.deepEqual(failure, { code: 'messenger_unreachable', host: 'apps.mypurecloud.de' });
});

/** An element on which something happens; `own` says what it is. */
function happen(type, { key, value = '', isOperable = false, selector = '[data-sign-in]:not(:root)' }) {
  const element = { dataset: { signIn: value }, matches: () => isOperable };
  const target = { closest: (wanted) => (wanted === selector ? element : null) };
  const event = Object.assign(new Event(type, { cancelable: true }), { key });
  Object.defineProperty(event, 'target', { value: target });
  document.dispatchEvent(event);
  return event;
}

for (const [what, type, own, acts] of [
  ['a click', 'click', {}, true],
  ['Enter on any element', 'keydown', { key: 'Enter' }, true],
  ['the space bar on any element', 'keydown', { key: ' ' }, true],
  ['another key', 'keydown', { key: 'a' }, false],
  ['Enter on a button, which clicks by itself', 'keydown', { key: 'Enter', isOperable: true }, false],
  ['a click beside it', 'click', { selector: 'main' }, false],
]) {
  test(`M42: ${what} ${acts ? 'signs in' : 'does nothing'}`, async () => {
    const { page } = await start();
    const event = happen(type, own);
    await (acts ? left(page) : turns());
    assert.equal(event.defaultPrevented, acts);
    assert.equal(page.went.some((went) => went.startsWith(`assign ${ISSUER}`)), acts);
  });
}

test('M38: the element may say where to return to', async () => {
  const { page } = await start({ href: 'https://www.example.com/help/' });
  happen('click', { value: 'account/' });
  await left(page);
  const state = new URL(page.went[0].replace('assign ', '')).searchParams.get('state');
  assert.equal(page.kept(`request:${state}`).returnTo, 'https://www.example.com/help/account/');
});

test('a page out of the browser’s memory is loaded anew', async () => {
  const { page } = await start();
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
  assert.deepEqual(page.went, []);
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  assert.deepEqual(page.went, ['reload']);
});
