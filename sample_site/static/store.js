/**
 * The tab's own memory (sessionStorage). Requests under way and the answers to them are used once,
 * and gone when they are old. Beside it the one kind of error that the sign-in throws.
 */
const PREFIX = 'messenger-sso:';
const SECONDS = { request: 600, answer: 60 };

/** A failure that visitors are told: its code names the text, the details fill it in. */
export class SignInFailure extends Error {
  constructor(code, details = {}) {
    super(code);
    // What a silent request was refused for is the provider's own word, if there is one.
    Object.assign(this, { code, details, reason: details.error ?? code });
  }
}

function guarded(use) {
  try {
    return use(sessionStorage);
  } catch {
    throw new SignInFailure('storage_unavailable');
  }
}

export function read(key) {
  const text = guarded((storage) => storage.getItem(PREFIX + key));
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

export const write = (key, value) =>
  guarded((storage) => storage.setItem(PREFIX + key, JSON.stringify(value)));

export const drop = (key) => guarded((storage) => storage.removeItem(PREFIX + key));

/** Read once: what is taken is gone. */
export function take(key) {
  const value = read(key);
  drop(key);
  return value;
}

const fresh = (kind, value) =>
  Math.abs(Date.now() - value?.at) < SECONDS[kind] * 1000 ? value : undefined;

/** Nothing is kept longer than it is good for, whether somebody comes for it or not. */
export function sweep() {
  for (const key of guarded(Object.keys)) {
    const [, name, kind] = /^messenger-sso:((\w+):.*)/.exec(key) ?? [];
    if (name && !fresh(kind, read(name))) drop(name);
  }
  setTimeout(sweep, SECONDS.answer * 1000);
}

const keep = (key, value) => write(key, { ...value, at: Date.now() });

/** Remember a request until its answer comes back with the same state. */
export const remember = (request) => keep(`request:${request.state}`, request);

/** The request that a state belongs to. It is forgotten at once: a second answer finds none. */
export function claim(state) {
  if (!state) throw new SignInFailure('state_missing');
  const request = take(`request:${state}`);
  if (!request) throw new SignInFailure('state_mismatch');
  const { returnTo } = request;
  if (!fresh('request', request)) throw new SignInFailure('sign_in_expired', { returnTo });
  return request;
}

/** Keep a code, or a refusal, for the client (messenger or website) that asked for it. */
export const keepAnswer = (answer) => keep(`answer:${answer.client}`, answer);

/** Take what has come for a client. A code that nobody fetched in time is as good as none. */
export const takeAnswer = (client) => fresh('answer', take(`answer:${client}`));

export const hasAnswer = (client) =>
  Boolean(fresh('answer', read(`answer:${client}`)));
