/** A page for the modules to run on: as much of a browser as they use, with a provider behind it. */
import { register } from 'node:module';

// A query after a module's name makes a new copy of it and of all that it imports.
const FRESH = `export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const query = new URL(context.parentURL ?? 'file:///').search;
  const isOurs = query.startsWith('?copy=') && found.url.includes('/sample_site/static/');
  return isOurs ? { ...found, url: found.url.split('?')[0] + query } : found;
}`;
register(`data:text/javascript,${encodeURIComponent(FRESH)}`);

// What a page would wait for must not keep the tests waiting.
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (act, delay) => {
  const timer = later(act, delay);
  return delay > 1000 ? timer.unref() : timer;
};

/** Tabs of one origin that hear each other. */
export class Tabs {
  static open = new Set();
  constructor(name) {
    this.name = name;
    Tabs.open.add(this);
  }
  postMessage(data) {
    for (const tab of Tabs.open) {
      if (tab !== this && tab.name === this.name) setImmediate(() => tab.onmessage?.({ data }));
    }
  }
}

/** SITE_MODULES names another folder that ends in /sample_site/static/. */
const STATIC = new URL(
  process.env.SITE_MODULES ?? '../../../sample_site/static/',
  import.meta.url,
);
let copies = 0;

/** Import modules of the site as a page would that has just been loaded. */
export async function load(...names) {
  copies += 1;
  const modules = names.map((name) => import(`${new URL(name, STATIC).href}?copy=${copies}`));
  return Object.assign({}, ...(await Promise.all(modules)));
}

export class Storage {
  constructor(entries = {}) {
    Object.assign(this, entries);
  }
}
for (const [name, value] of Object.entries({
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  },
  setItem(key, text) {
    this[key] = String(text);
  },
  removeItem(key) {
    delete this[key];
  },
})) {
  Object.defineProperty(Storage.prototype, name, { value, enumerable: false });
}

export const ISSUER = 'https://login.example.com/oauth2/default';

export const settings = (own = {}) => ({
  issuer: ISSUER,
  discoveryUri: `${ISSUER}/.well-known/openid-configuration`,
  authorizationEndpoint: `${ISSUER}/v1/authorize`,
  endSessionEndpoint: `${ISSUER}/v1/logout`,
  scopes: ['openid', 'profile', 'email'],
  pkce: true,
  maxAge: null,
  clients: 'separate',
  websiteClientId: 'website-client',
  messengerClientId: 'messenger-client',
  messengerHost: 'apps.mypurecloud.de',
  approach: 'separate',
  root: '',
  text: {},
  ...own,
  site: {
    url: 'https://www.example.com/help/',
    redirectUri: 'https://www.example.com/help/callback.html',
    postLogoutRedirectUri: 'https://www.example.com/help/signed-out.html',
    deploymentId: 'b81d7e05-2c3f-47a6-9f3d-0e6c5b7a1d42',
    launcher: 'OnDemand',
    sessionUpgrade: false,
    ...own.site,
  },
});

/**
 * Puts a page in the place of the global objects. `went` are the addresses it left for, in order;
 * `silent(parameters)` answers what a hidden frame asks, undefined: never; `answers` are those of
 * fetch by address; `events` what the page was told; `frames` those on the page.
 */
export function openPage({
  href = 'https://www.example.com/help/',
  storage = new Storage(),
  silent = () => ({ error: 'login_required' }),
  answers = {},
  text = {},
  embedded = false,
} = {}) {
  const target = new EventTarget();
  Tabs.open.clear();
  const elements = {};
  const page = { went: [], asked: [], fetched: [], posted: [], events: [], frames: [] };
  Object.assign(page, { storage, elements, silent });
  const url = new URL(href);
  const go = (how) => (to) => page.went.push(`${how} ${new URL(to, url).href}`);
  const location = {
    href: url.href,
    origin: url.origin,
    pathname: url.pathname,
    search: url.search,
    hostname: url.hostname,
    assign: go('assign'),
    replace: go('replace'),
    reload: () => page.went.push('reload'),
  };
  const element = (id) =>
    (elements[id] ??= { id, textContent: '', hidden: true, href: '', dataset: {} });
  element('site-settings').textContent = JSON.stringify({ ...settings(), text });
  const answerFrame = (frame) => {
    const asked = new URL(frame.src);
    page.asked.push(Object.fromEntries(asked.searchParams));
    page.frames.push(frame);
    const answer = page.silent(Object.fromEntries(asked.searchParams));
    if (!answer) return;
    const given = { state: asked.searchParams.get('state'), ...answer };
    const event = new Event('message');
    const data = { signInAnswer: new URLSearchParams(given).toString() };
    Object.assign(event, { origin: url.origin, source: frame.contentWindow, data });
    setImmediate(() => target.dispatchEvent(event));
  };
  const document = Object.assign(new EventTarget(), {
    documentElement: { dataset: {} },
    getElementById: element,
    querySelector: () => null,
    querySelectorAll: () => [],
    createElement: () => ({
      contentWindow: {},
      remove() {
        page.frames.splice(page.frames.indexOf(this), 1);
      },
    }),
    body: { append: answerFrame },
  });
  for (const name of ['sign-in:step', 'sign-in:state']) {
    document.addEventListener(name, ({ detail }) => page.events.push({ event: name, ...detail }));
  }
  const window = Object.assign(target, { location, sessionStorage: storage });
  window.parent = embedded ? { postMessage: (...words) => page.posted.push(words) } : window;
  Object.assign(globalThis, {
    window,
    document,
    location,
    sessionStorage: storage,
    BroadcastChannel: Tabs,
    history: { replaceState: (state, title, to) => page.went.push(`shows ${to}`) },
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    fetch: async (to, options = {}) => {
      page.fetched.push({ url: String(to), ...options });
      const answer = answers[String(to)];
      if (answer === undefined) throw new TypeError('no network');
      const body = typeof answer === 'function' ? answer(options) : answer;
      return { ok: !body.error, status: body.status ?? (body.error ? 400 : 200), json: async () => body };
    },
  });
  page.steps = () => page.events.filter(({ event }) => event === 'sign-in:step').map((s) => s.name);
  page.kept = (key) => JSON.parse(storage.getItem(`messenger-sso:${key}`));
  return page;
}
