/** Custom attributes: what the page tells the contact centre along with the next message. */
import { text } from './settings.js';
import { step } from './steps.js';

/**
 * The most that may be set, in bytes of the attributes as JSON in UTF-8 (messenger-web.md 1.5).
 * Assumption: the limit counts those bytes, names, quotes and braces among them.
 */
export const MOST_BYTES = 2048;

export const bytesOf = (attributes) =>
  new TextEncoder().encode(JSON.stringify(attributes)).length;

/** Run a command of Messenger; resolves and rejects as Messenger answers. */
export function command(name, options) {
  return new Promise((resolve, reject) => {
    window.Genesys('command', name, options, resolve, reject);
  });
}

/** Put these in place of all attributes set before; rejects with words for a visitor. R14, M79 */
export async function setAttributes(attributes) {
  const bytes = bytesOf(attributes);
  if (bytes > MOST_BYTES) {
    throw new Error(text('attributes_too_large', { bytes, most: MOST_BYTES }));
  }
  try {
    await command('Database.set', { messaging: { customAttributes: attributes } });
  } catch {
    throw new Error(text('attributes_refused'));
  }
  step('attributes_set', { names: Object.keys(attributes).join(' '), bytes });
}
