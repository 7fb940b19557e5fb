/** The log that a snippet with `debug: true` asks for; without it Messenger says nothing. */

/** What must not be read over a shoulder, not even in a log. */
const SECRETS = new Set(['jwt', 'refreshToken', 'authCode', 'idToken', 'codeVerifier', 'nonce']);
const DEEPEST = 8;

/** A copy in which every secret is cut to its first characters. */
export function withoutSecrets(value, name = '', depth = 0) {
  if (SECRETS.has(name) && typeof value === 'string') {
    return `${value.slice(0, 4)}…`;
  }
  if (value === null || typeof value !== 'object' || value instanceof Error) {
    return value;
  }
  if (depth === DEEPEST) {
    return '…'; // what a page hands over may well contain itself
  }
  const inside = (item, key) => withoutSecrets(item, key, depth + 1);
  return Array.isArray(value)
    ? value.map((item) => inside(item, ''))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item, key)]));
}

/** A function that writes to the console if `debug` says so. */
export function makeLog(debug) {
  return debug
    ? (...words) => console.info('[Genesys]', ...words.map((word) => withoutSecrets(word)))
    : () => {};
}
