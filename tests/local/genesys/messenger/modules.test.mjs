/** The parts of the Messenger stand-in that need no browser. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';

const FOLDER = new URL('../../../../local/genesys/static/messenger/', import.meta.url);
const load = (name) => import(new URL(name, FOLDER));

const { contrast, inkOn, normalized, readableOn, shadeOf } = await load('colors.js');
const { sizeOf } = await load('database.js');
const { isAllowed } = await load('deployment.js');
const { readGrant } = await load('grant.js');
const { chooseLanguage, loadTexts } = await load('languages.js');
const { withoutSecrets } = await load('log.js');
const { Messages, readMessage } = await load('messages.js');
const { delayBefore } = await load('socket.js');
const { renewalOf } = await load('tokens.js');
const { describeWindow } = await load('view.js');

const color = fc
  .integer({ min: 0, max: 0xffffff })
  .map((number) => `#${number.toString(16).padStart(6, '0')}`);

test('words are readable on every colour that a configuration can have', () => {
  fc.assert(
    fc.property(color, (brand) => {
      assert.ok(contrast(inkOn(brand), brand) >= 4.5, `${inkOn(brand)} on ${brand}`);
      assert.ok(contrast(inkOn(brand), shadeOf(brand)) >= 4.5, `over ${brand}`);
      for (const surface of ['#ffffff', '#1c1f26']) {
        assert.ok(contrast(readableOn(surface, brand), surface) >= 4.5, `${brand} on ${surface}`);
      }
    }),
  );
  assert.equal(normalized('#abc'), '#aabbcc');
  assert.equal(normalized('0A6E5C'), '#0a6e5c');
  assert.equal(normalized(''), '#ff4f1f');
});

test('every language that is written has all the words, and no others', async () => {
  const english = Object.keys((await load('texts/en-us.js')).default).sort();
  for (const file of await readdir(new URL('texts/', FOLDER))) {
    const { default: texts } = await load(`texts/${file}`);
    assert.deepEqual(Object.keys(texts).sort(), english, file);
    assert.ok(texts.unread.includes('{count}'), file);
    assert.equal((await loadTexts(file.replace('.js', ''))).texts.send, texts.send, 'it is used');
  }
});

test('X4: the language that suits a visitor best', () => {
  const offer = {
    languages: ['en-us', 'de', 'pt-br', 'zh-cn', 'zh-tw', 'no'],
    defaultLanguage: 'de',
  };
  const cases = [
    [['en-GB'], 'en-us'],
    [['fr', 'pt-PT'], 'pt-br'],
    [['zh-Hant-HK'], 'zh-tw'],
    [['zh'], 'zh-cn'],
    [['DE-at'], 'de'],
    [['fi'], 'de'],
    [[], 'de'],
  ];
  for (const [wishes, expected] of cases) {
    assert.equal(chooseLanguage(offer, wishes), expected, wishes.join());
  }
});

test('M48: what getAuthCode resolves with, and what it must not', () => {
  const grant = { authCode: 'code', redirectUri: 'https://example.com/' };
  const whole = { ...grant, codeVerifier: 'v', nonce: 'n', maxAge: 300, iss: 'https://issuer' };
  assert.deepEqual(readGrant({ ...whole, more: 'unknown' }), whole);
  assert.deepEqual(readGrant({ ...grant, nonce: '', maxAge: null }), grant);
  assert.deepEqual(readGrant({ idToken: 'token', nonce: 'n' }), { idToken: 'token', nonce: 'n' });
  for (const empty of [undefined, null, {}, { redirectUri: 'x' }, '']) {
    assert.equal(readGrant(empty), undefined);
  }
  for (const [wrong, told] of [
    [{ authCode: 'code' }, /redirectUri is missing/],
    [{ ...grant, idToken: 'token' }, /not both/],
    [{ ...grant, nonce: 7 }, /nonce is no text/],
    [{ ...grant, maxAge: 1.5 }, /maxAge/],
    [{ ...grant, maxAge: '300' }, /maxAge/],
  ]) {
    assert.throws(() => readGrant(wrong), told);
  }
});

test('X7: hosts are compared by name, below an entry or equal to it', () => {
  const only = { allowAllDomains: false, allowedDomains: ['Example.com'] };
  for (const [host, isWelcome] of [
    ['example.com', true],
    ['www.EXAMPLE.com', true],
    ['notexample.com', false],
    ['example.com.evil.test', false],
  ]) {
    assert.equal(isAllowed(host, only), isWelcome, host);
  }
});

test('no secret is left in what is logged, however deep, and nothing is changed', () => {
  const data = { jwt: 'abcdefgh', inside: [{ authCode: 'abcdefgh', nonce: 'x' }], event: 'kept' };
  const before = structuredClone(data);
  assert.deepEqual(withoutSecrets(data), {
    jwt: 'abcd…',
    inside: [{ authCode: 'abcd…', nonce: 'x…' }],
    event: 'kept',
  });
  assert.deepEqual(data, before);
  const endless = {};
  endless.itself = endless;
  assert.ok(JSON.stringify(withoutSecrets(endless)));
});

test('waiting grows with each try, is never the same for all, and has an end', () => {
  assert.equal(delayBefore(0, 0.5), 500);
  assert.equal(delayBefore(3, 0.5), 4000);
  assert.equal(delayBefore(50, 1), 37_500);
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      const delay = delayBefore(tries, random);
      assert.ok(delay >= 375 && delay <= 37_500);
    }),
  );
});

test('sizes are counted in bytes, and a JWT is renewed in time', () => {
  assert.equal(sizeOf({ a: 'ä' }), 10);
  const jwt = (claims) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  assert.equal(renewalOf(jwt({ exp: 1700000900, iat: 1700000000, name: 'Zoë?>' })), 1700000840);
  assert.equal(renewalOf(jwt({ exp: 1700000100, iat: 1700000000 })), 1700000075);
  assert.equal(renewalOf(jwt({ exp: 1700000100 })), 1700000100);
  for (const none of ['', 'x', 'x.!.y', 'x.bnVsbA.y']) {
    assert.equal(renewalOf(none), 0);
  }
});

test('messages keep their order, whatever comes first', () => {
  const said = (id, text, direction = 'Outbound') =>
    readMessage({ id, text, type: 'Text', direction, channel: { time: '2026-01-01T00:00:00Z' } });
  const messages = new Messages();
  messages.begin('trace', 'hello');
  messages.receive(said('2', 'hi'));
  messages.receive(said('1', 'hello', 'Inbound'), 'trace');
  messages.receive(said('2', 'hi'));
  assert.deepEqual(messages.all.map((one) => one.id).sort(), ['1', '2']);
  messages.begin('later', 'and this');
  messages.restore([said('0', 'long ago'), said('1', 'hello', 'Inbound'), said('2', 'hi')]);
  assert.deepEqual(messages.all.map((one) => one.id), ['0', '1', '2', 'later']);
  messages.fail('later');
  assert.equal(messages.all.at(-1).status, 'failed');
  assert.equal(messages.take('later'), 'and this');
  assert.equal(readMessage({ type: 'Event', events: [] }), undefined);
});

test('M84: every state of the window has words', async () => {
  const { texts } = await loadTexts('en-us');
  const talk = {
    phase: 'none', ended: undefined, isOffline: false, isWarning: false, notice: '', typing: '',
    messages: [], canClear: false, canStepUp: false,
  };
  const auth = { isNeeded: false, isBusy: false, hasFailed: false, canAsk: true };
  const show = (given, isEnabled = true) =>
    describeWindow({ auth: { ...auth, ...given }, talk: { ...talk, ...given }, isEnabled, texts });
  assert.equal(show({}).gate, null);
  assert.equal(show({}, false).gate.title, texts.unavailable);
  assert.equal(show({ isNeeded: true }).gate.action, texts.signIn);
  assert.equal(show({ isNeeded: true, canAsk: false }).gate.action, '');
  assert.equal(show({ isNeeded: true, hasFailed: true }).gate.action, texts.again);
  assert.equal(show({ isNeeded: true, isBusy: true }).gate.isBusy, true);
  for (const [given, banner, ending] of [
    [{ isOffline: true }, texts.offline, ''],
    [{ phase: 'lost' }, texts.reconnecting, ''],
    [{ phase: 'offline' }, texts.reconnecting, texts.again],
    [{ phase: 'ended', ended: 'expired' }, texts.expiredText, texts.startNew],
    [{ phase: 'ended', ended: 'readOnly' }, texts.readOnly, texts.startNew],
    [{ phase: 'ended', ended: 'elsewhere' }, texts.elsewhere, texts.continueHere],
    [{ isWarning: true }, texts.warning, ''],
    [{ notice: 'attributesTooLarge' }, texts.attributesTooLarge, ''],
  ]) {
    const shown = show(given);
    assert.deepEqual([shown.banner, shown.ending], [banner, ending], JSON.stringify(given));
  }
  assert.equal(show({ typing: 'Grace' }).typing, 'Grace is writing…');
});
