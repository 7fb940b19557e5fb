import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, openPage } from './page.mjs';

const { clearSteps, short, step, steps } = await load('steps.js');
const SECRET = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIwMHUxIn0.c2lnbmF0dXJl';

test('steps survive a redirect, newest sixty, and tell the page', () => {
  const page = openPage();
  for (let count = 0; count < 70; count += 1) step('retrying', { count });
  assert.equal(steps().length, 60);
  assert.equal(steps().at(-1).details.count, 69);
  assert.equal(page.events.length, 70);
  clearSteps();
  assert.deepEqual(steps(), []);
});

test('no code, token or verifier is ever kept in full', () => {
  const page = openPage();
  step('failed', { code: short(SECRET), token: SECRET, description: `refused: ${SECRET} (old)` });
  const kept = JSON.stringify({ ...page.storage }) + JSON.stringify(page.events);
  assert.equal(kept.includes(SECRET.slice(0, 20)), false);
  assert.equal(steps()[0].details.description, 'refused: eyJhbG… (old)');
});

test('identifiers are shortened, short words are not', () => {
  assert.deepEqual(['', 'none', '5fc305d2-1b2c'].map(short), ['', 'none', '5fc305…']);
  assert.equal(short(undefined), '');
});

test('without storage a step is told all the same', () => {
  const page = openPage();
  const value = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  Object.defineProperty(page.storage, 'setItem', { value });
  step('page_loaded');
  assert.deepEqual(page.steps(), ['page_loaded']);
});
