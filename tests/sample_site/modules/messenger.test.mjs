import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { load, openPage, settings } from './page.mjs';

const CODE = { authCode: 'c', redirectUri: 'r', nonce: 'n' };
const CONFIGURED = { deploymentConfig: { id: 'd', status: 'Active', auth: { enabled: true } } };

/** Messenger’s command bus, as far as a page sees it; `commands` are those the page called. */
function makeBus() {
  const subscribers = new Map();
  const own = new Map();
  const bus = { commands: [], published: [], answer: () => undefined };
  const listen = (name, callback) => subscribers.set(name, [...(subscribers.get(name) ?? []), callback]);
  const plugin = {
    registerCommand: (name, run) => own.set(name, run),
    publish: (name, data) => bus.published.push([name, data]),
    subscribe: listen,
    data: (key) => bus.data?.[key],
    ready: () => bus.published.push(['ready']),
  };
  globalThis.window.Genesys = (verb, name, ...rest) => {
    if (verb === 'subscribe') listen(name, rest[0]);
    if (verb === 'registerPlugin') rest[0](plugin);
    if (verb === 'command') {
      bus.commands.push(name);
      const [, resolve, reject] = rest;
      Promise.resolve().then(() => bus.answer(name)).then(resolve, reject);
    }
  };
  bus.tell = (name, data) => (subscribers.get(name) ?? []).forEach((react) => react({ data }));
  bus.ask = (name, data) =>
    new Promise((resolve, reject) => own.get(name)({ data, resolve, reject }));
  return bus;
}

/** An approach of which a test decides everything. */
const makeApproach = (own = {}) => ({
  leaving: false,
  calls: [],
  person: () => null,
  known: async () => false,
  exhausted: () => true,
  allow() {
    this.calls.push('allow');
  },
  authenticated() {
    this.calls.push('authenticated');
  },
  forget() {
    this.calls.push('forget');
  },
  getCode: async () => CODE,
  renew: async () => true,
  signIn() {
    this.calls.push('signIn');
  },
  ...own,
});

let page, bus, approach, gate;

async function open({ site, approach: own, script = null } = {}) {
  page = openPage();
  document.querySelector = () => script;
  bus = makeBus();
  approach = makeApproach(own);
  const { keepGate, registerAuthProvider } = await load('messenger.js');
  const given = settings({ site });
  gate = keepGate(given, approach);
  registerAuthProvider(given, approach, gate);
}

const failure = () => page.events.filter((one) => one.failure).at(-1)?.failure;
const launcher = () => bus.commands.filter((name) => name.startsWith('Launcher.'));
const seconds = (count) => mock.timers.tick(count * 1000);
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

for (const order of [
  ['Messenger.ready', 'Auth.authenticated'],
  ['Launcher.ready', 'Auth.authenticated'],
  ['Auth.authenticated', 'Messenger.ready'],
]) {
  test(`R12, M83: the launcher shows after ${order.join(' and ')}, not before`, async () => {
    await open();
    bus.tell('GenesysJS.configurationReceived', CONFIGURED);
    bus.tell(order[0]);
    assert.deepEqual(launcher(), []);
    bus.tell(order[1]);
    bus.tell('Launcher.ready');
    assert.deepEqual(launcher(), ['Launcher.show']);
    assert.equal(gate.state(), 'in');
    assert.equal(document.documentElement.dataset.signIn, 'in');
  });
}

test('a launcher that the deployment shows by itself is not touched', async () => {
  await open({ site: { launcher: 'On' } });
  bus.tell('Messenger.ready');
  bus.tell('Auth.authenticated');
  assert.deepEqual(launcher(), []);
});

test('guests may talk where sign-in is possible during a conversation, and only there', async () => {
  await open({ site: { sessionUpgrade: true } });
  bus.tell('Messenger.ready');
  assert.deepEqual(launcher(), ['Launcher.show']);
});

test('R17, X6: a sign-out in another tab hides the launcher and forgets the person', async () => {
  await open();
  bus.tell('Messenger.ready');
  bus.tell('Auth.authenticated');
  bus.tell('Auth.loggedOut');
  assert.deepEqual(launcher(), ['Launcher.show', 'Launcher.hide']);
  assert.equal(gate.state(), 'out');
  assert.equal(approach.calls.at(-1), 'forget');
  assert.ok(page.steps().includes('signed_out_elsewhere'));
});

test('M48: Messenger gets the code, and the answer is awaited', async () => {
  await open();
  assert.equal(await bus.ask('getAuthCode', {}), CODE);
  assert.equal(gate.state(), 'working');
});

test('nobody is signed in: Messenger gets nothing, and nothing has failed', async () => {
  await open({ approach: { getCode: async () => undefined } });
  assert.equal(await bus.ask('getAuthCode', {}), undefined);
  assert.equal(gate.state(), 'out');
  bus.tell('Auth.authProviderError', { message: 'no code' });
  seconds(60);
  assert.equal(gate.state(), 'out');
});

test('X2: forceUpdate is passed on', async () => {
  const asked = [];
  await open({ approach: { getCode: async (options) => void asked.push(options.force) } });
  await bus.ask('getAuthCode', { forceUpdate: true });
  await bus.ask('getAuthCode', {});
  await bus.ask('getAuthCode', undefined);
  assert.deepEqual(asked, [true, undefined, undefined]);
});

for (const name of ['error', 'authError', 'tokenError', 'authProviderError']) {
  test(`R5, M72: Auth.${name} after the retry is a visible failure`, async () => {
    await open();
    bus.tell('Messenger.ready');
    await bus.ask('getAuthCode', {});
    bus.tell(`Auth.${name}`, { message: 'code is no good' });
    assert.equal(gate.state(), 'working');
    seconds(1);
    assert.equal(gate.state(), 'failed');
    assert.deepEqual(failure(), { code: 'exchange_refused', description: 'code is no good' });
    assert.deepEqual(launcher(), []);
  });
}

test('a first refusal is tried once more, if Messenger does not do so itself', async () => {
  await open({ approach: { exhausted: () => false } });
  await bus.ask('getAuthCode', {});
  bus.tell('Auth.error', { message: 'no' });
  seconds(1);
  assert.deepEqual(bus.commands, ['Auth.getTokens']);
  assert.equal(gate.state(), 'working');
});

test('where Messenger asks again by itself, nobody else does', async () => {
  await open({ approach: { exhausted: () => false } });
  await bus.ask('getAuthCode', {});
  bus.tell('Auth.error', { message: 'no' });
  await bus.ask('getAuthCode', { forceUpdate: true });
  seconds(1);
  assert.deepEqual(bus.commands, []);
  bus.tell('Auth.authenticated');
  seconds(60);
  assert.equal(gate.state(), 'in');
});

test('R13, M84: an exchange that never answers is a visible failure', async () => {
  await open();
  await bus.ask('getAuthCode', {});
  seconds(29);
  assert.equal(gate.state(), 'working');
  seconds(1);
  assert.deepEqual(failure(), { code: 'timed_out', seconds: 30 });
});

test('R13: a dead stub is told apart from a script that refuses the page', async () => {
  await open();
  window.Genesys.q = [];
  seconds(15);
  assert.deepEqual(failure(), { code: 'messenger_unreachable', host: 'apps.mypurecloud.de' });
  await open();
  seconds(15);
  assert.deepEqual(failure(), { code: 'domain_not_allowed', host: 'www.example.com' });
});

test('Messenger that comes late is welcome', async () => {
  await open();
  seconds(15);
  bus.tell('GenesysJS.configurationReceived', CONFIGURED);
  assert.equal(gate.state(), 'unknown');
});

for (const [what, own, code] of [
  ['an inactive deployment', { status: 'Inactive' }, 'deployment_inactive'],
  ['authentication that is off', { auth: { enabled: false } }, 'authentication_off'],
  ['no word of authentication', { auth: undefined }, 'authentication_off'],
]) {
  test(`no guest conversation: ${what} keeps Messenger shut`, async () => {
    await open({ site: { sessionUpgrade: true } });
    const { deploymentConfig } = CONFIGURED;
    bus.tell('GenesysJS.configurationReceived', { deploymentConfig: { ...deploymentConfig, ...own } });
    bus.tell('Messenger.ready');
    assert.equal(failure().code, code);
    assert.deepEqual(launcher(), []);
  });
}

test('X7: a page that is not allowed is told so', async () => {
  await open();
  bus.tell('GenesysJS.domainNotAllowed', {});
  assert.deepEqual(failure(), { code: 'domain_not_allowed', host: 'www.example.com' });
});

test('a failure of the page refuses Messenger and is visible', async () => {
  const refuse = async () => {
    throw Object.assign(new Error('login_required'), { code: 'login_required', details: {} });
  };
  await open({ approach: { getCode: refuse } });
  await assert.rejects(bus.ask('getAuthCode', {}));
  assert.deepEqual(bus.published, [['ready']]);
  assert.equal(gate.state(), 'failed');
  await gate.retry();
  assert.ok(page.went.includes('reload'), 'nothing has come from Messenger yet');
  bus.tell('GenesysJS.configurationReceived', CONFIGURED);
  await assert.rejects(bus.ask('getAuthCode', {}));
  await gate.retry();
  assert.equal(approach.calls.at(-1), 'signIn');
});

const stopped = Object.assign(new Error('loop_stopped'), { code: 'loop_stopped', details: {} });

test('a retry asks Messenger for another exchange', async () => {
  await open();
  bus.tell('GenesysJS.configurationReceived', CONFIGURED);
  gate.fail(stopped);
  await gate.retry();
  assert.deepEqual(bus.commands, ['Auth.getTokens']);
  assert.equal(gate.state(), 'working');
});

for (const [what, happens] of [
  ['a refused exchange', () => (bus.tell('Auth.error', { message: 'no' }), seconds(1))],
  ['silence', () => seconds(30)],
]) {
  test(`a retry after ${what} is a new sign-in`, async () => {
    await open();
    bus.tell('GenesysJS.configurationReceived', CONFIGURED);
    await bus.ask('getAuthCode', {});
    happens();
    await gate.retry();
    assert.deepEqual(bus.commands, []);
    assert.equal(approach.calls.at(-1), 'signIn');
  });
}

test('what Genesys said tells more than that the retry is used up', async () => {
  await open();
  await bus.ask('getAuthCode', {});
  bus.tell('Auth.error', { message: 'no' });
  gate.fail(stopped);
  assert.deepEqual(failure(), { code: 'exchange_refused', description: 'no' });
});

for (const [what, next] of [
  ['a visitor’s retry', () => gate.retry()],
  ['a success', () => bus.tell('Auth.authenticated')],
]) {
  test(`what Genesys said is old news after ${what}`, async () => {
    await open();
    await bus.ask('getAuthCode', {});
    bus.tell('Auth.error', { message: 'no' });
    await next();
    gate.fail(stopped);
    assert.deepEqual(failure(), { code: 'loop_stopped' });
  });
}

test('a retry is a visitor’s wish, and a failure is told once', async () => {
  await open();
  await bus.ask('getAuthCode', {});
  gate.fail(stopped);
  seconds(60);
  assert.equal(page.steps().filter((name) => name === 'failed').length, 1);
  await gate.retry();
  assert.deepEqual(approach.calls, ['allow']);
});

test('a page that signs out tells no failure and hears of no other sign-out', async () => {
  await open();
  gate.leave();
  gate.fail(stopped);
  bus.tell('Auth.loggedOut');
  assert.equal(gate.state(), 'ending');
  assert.deepEqual(approach.calls, []);
});

test('a page that leaves for a code in the middle of a conversation says that it works', async () => {
  const getCode = async () => {
    approach.leaving = true;
  };
  await open({ approach: { getCode } });
  bus.tell('Auth.authenticated');
  await bus.ask('getAuthCode', { forceUpdate: true });
  assert.equal(gate.state(), 'working');
});

test('nobody is named once nobody is signed in', async () => {
  await open({ approach: { person: () => ({ name: 'Ada' }), getCode: async () => undefined } });
  assert.equal(gate.person().name, 'Ada');
  await bus.ask('getAuthCode', {});
  assert.equal(gate.person(), null);
});

for (const [isKnown, state] of [
  [true, 'failed'],
  [false, 'out'],
]) {
  test(`Messenger that never asks for a code: ${isKnown ? 'a visitor' : 'a stranger'} is ${state}`, async () => {
    await open({ approach: { known: async () => isKnown } });
    bus.tell('GenesysJS.configurationReceived', CONFIGURED);
    seconds(30);
    await turn();
    assert.equal(gate.state(), state);
  });
}

test('a script that cannot be loaded is told at once', async () => {
  const script = new EventTarget();
  await open({ script });
  script.dispatchEvent(new Event('error'));
  assert.equal(failure().code, 'messenger_unreachable');
});

test('what a failure shuts stays shut for guests as well', async () => {
  await open({ site: { sessionUpgrade: true } });
  bus.tell('Messenger.ready');
  gate.fail(stopped);
  assert.deepEqual(launcher(), ['Launcher.show', 'Launcher.hide']);
  bus.tell('GenesysJS.domainNotAllowed', {});
  bus.tell('Auth.loggedOut');
  assert.equal(launcher().length, 2);
});

test('R7, X2: reAuthenticate may show the sign-in page, and answers nothing, as getAuthCode follows', async () => {
  const asked = [];
  await open({ approach: { renew: async (options) => asked.push(options) } });
  assert.equal(await bus.ask('reAuthenticate', {}), undefined);
  assert.deepEqual(asked, [{ interactive: true }]);
  assert.ok(page.steps().includes('reauthenticate'));
});

test('X3: a step-up publishes signedIn with the code before it resolves', async () => {
  await open({ site: { sessionUpgrade: true } });
  await bus.ask('signIn', {});
  assert.deepEqual(bus.published, [['ready'], ['signedIn', CODE]]);
});

test('X3: a step-up without a session leaves for the sign-in', async () => {
  await open({ site: { sessionUpgrade: true }, approach: { getCode: async () => undefined } });
  await bus.ask('signIn', {});
  assert.deepEqual(approach.calls, ['allow', 'signIn']);
});

test('X3: a step-up that is on its way to the provider is not sent there twice', async () => {
  const getCode = async () => {
    approach.leaving = true;
  };
  await open({ site: { sessionUpgrade: true }, approach: { getCode } });
  await bus.ask('signIn', {});
  assert.deepEqual(approach.calls, ['allow']);
});

test('X3: a step-up that fails publishes signInFailed and rejects', async () => {
  const refuse = async () => {
    throw new Error('no way');
  };
  await open({ site: { sessionUpgrade: true }, approach: { getCode: refuse } });
  await assert.rejects(bus.ask('signIn', {}));
  assert.deepEqual(bus.published.at(-1), ['signInFailed', { message: 'no way' }]);
});

test('X3: a page that comes back signed in steps up by itself, unless Messenger is', async () => {
  const known = async () => true;
  await open({ site: { sessionUpgrade: true }, approach: { known } });
  bus.tell('Auth.ready');
  await turn();
  assert.deepEqual(bus.published.at(-1), ['signedIn', CODE]);
  await open({ site: { sessionUpgrade: true }, approach: { known } });
  bus.data = { 'Auth.authenticated': true };
  bus.tell('Auth.ready');
  await turn();
  assert.deepEqual(bus.published, [['ready']]);
});

test('M77: nothing on the page calls a command that does not exist', async () => {
  const { readdir, readFile } = await import('node:fs/promises');
  const folder = new URL('../../../sample_site/static/', import.meta.url);
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.js')) continue;
    const source = await readFile(new URL(name, folder), 'utf8');
    for (const wrong of ['Messenger.auth', 'Messenger.show', 'Auth.validateTokens', 'eval(']) {
      assert.equal(source.includes(wrong), false, `${name}: ${wrong}`);
    }
  }
});
