import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ISSUER, load, openPage, settings, Storage } from './page.mjs';

const turns = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The page has left, or has had every chance to. */
async function left(page) {
  for (let count = 0; count < 50 && !page.went.length; count += 1) await turns();
}

/** A page whose Messenger does what `commands` say. */
async function start({
  commands = {},
  approach = 'endpoint',
  clients = 'shared',
  genesys = true,
  found = [],
  ...more
} = {}) {
  const page = openPage(more);
  document.querySelectorAll = (selector) => (selector === '[data-sign-out]' ? found : []);
  page.done = [];
  if (genesys) {
    window.Genesys = (verb, name, options, resolve, reject) => {
      if (verb !== 'command') return;
      page.done.push(name);
      commands[name]?.(resolve, reject);
    };
  }
  const { startSignIn } = await load('messenger-sign-in.js');
  const signIn = startSignIn({ approach, settings: settings({ clients }) });
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
    assert.equal(signIn.state(), 'ending');
  });
}

test('M49: a Messenger that never answers holds a sign-out up for five seconds, not longer', async (t) => {
  const { page, signIn } = await start({ answers: SESSION });
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const done = signIn.signOut();
  while (!page.done.length) await new Promise((resolve) => setImmediate(resolve));
  t.mock.timers.tick(4999);
  assert.deepEqual(page.went, []);
  t.mock.timers.tick(1);
  await done;
  assert.deepEqual(page.went, [SIGNED_OUT]);
});

test('a page that its visitor loads begins all counts anew', async () => {
  const { page } = await start({ storage: new Storage({ 'messenger-sso:tries': '2' }) });
  await turns();
  assert.equal(page.kept('tries'), null);
});

test('whom the tab knows is named before Messenger has asked for anything', async () => {
  const person = { sub: '00u1', name: 'Ada', idToken: 'a.b.c' };
  const storage = new Storage({ 'messenger-sso:person': JSON.stringify(person) });
  const { signIn } = await start({ storage, approach: 'separate', clients: 'separate' });
  await turns();
  assert.deepEqual([signIn.state(), signIn.person().name], ['working', 'Ada']);
});

test('M42: any element is made operable, unless it is so already or says what it is', async () => {
  const make = (isOperable, role) => ({
    role,
    matches: () => isOperable,
    hasAttribute: () => Boolean(role),
    setAttribute(name, value) {
      this[name] = value;
    },
  });
  const found = [make(false), make(false, 'menuitem'), make(true)];
  await start({ found });
  const made = found.map(({ tabIndex, role }) => [tabIndex, role]);
  assert.deepEqual(made, [[0, 'button'], [0, 'menuitem'], [undefined, undefined]]);
});

test('while the page signs out it gives no more codes', async () => {
  const { page, signIn } = await start({ silent: () => ({ code: 'c' }) });
  page.storage.setItem('messenger-sso:known', 'true');
  signIn.signOut();
  await turns();
  assert.deepEqual(page.done, ['Auth.logout']);
  assert.deepEqual(page.asked, []);
});

test('a page that comes back in the middle of a sign-out goes on with it, and asks nothing', async () => {
  const storage = new Storage({ 'messenger-sso:ending': 'true' });
  const { page, signIn } = await start({ storage, answers: SESSION, silent: () => ({ code: 'c' }) });
  await left(page);
  assert.deepEqual(page.went, [SIGNED_OUT]);
  assert.equal(signIn.state(), 'ending');
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
