/** What the sign-in did, step by step; kept for the tab, so that redirects do not end it. */
import { drop, read, write } from './store.js';

const MOST = 60;
const LONGEST = 24;

/** Shorten an identifier: enough to tell two apart, never enough to use one. */
export const short = (value) => {
  const text = String(value ?? '');
  return text.length > 8 ? `${text.slice(0, 6)}…` : text;
};

// Words may be long; one long word is a code, a token or a verifier.
const shorten = (word) => (word.length > LONGEST ? short(word) : word);
const harmless = (value) =>
  typeof value === 'string' ? value.replace(/\S+/g, shorten) : value;

/** All steps, the oldest first. */
export function steps() {
  try {
    return read('steps') ?? [];
  } catch {
    return [];
  }
}

export const clearSteps = () => drop('steps');

/** Note a step, and tell the page. */
export function step(name, details = {}) {
  const entries = Object.entries(details).map(([key, value]) => [key, harmless(value)]);
  const detail = { name, at: Date.now(), details: Object.fromEntries(entries) };
  try {
    write('steps', [...steps(), detail].slice(-MOST));
  } catch {
    // A browser without storage: the event is all there is.
  }
  document.dispatchEvent(new CustomEvent('sign-in:step', { detail }));
}
