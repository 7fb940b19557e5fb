/** Approaches B and C: the authorization endpoint by hand. A is B with some parts replaced. */
import {
  address,
  askInFrame,
  authorizationUrl,
  discover,
  prepare,
  redeem,
  safeReturn,
} from './openid.js';
import { short, step } from './steps.js';
import {
  drop,
  hasAnswer,
  keepAnswer,
  read,
  remember,
  SignInFailure,
  sweep,
  take,
  takeAnswer,
  write,
} from './store.js';

/**
 * Codes that may be handed over without a success in between: the first, and one retry (R5).
 * Redirects without a visitor's wish: one that is silent, and one if that was cut short.
 */
const MOST = 2;

/** Time for other tabs to say who is signed in. */
const MILLISECONDS_FOR_TABS = 100;

/** Refusals of a silent request that a visible one may cure (OpenID Connect Core 3.1.2.6). */
const CURABLE = /^(timed_out|(login|interaction|consent|account_selection)_required)$/;

/** Calls at the same time share one run. */
function shared(run) {
  let running;
  return (options) =>
    (running ??= run(options).finally(() => {
      running = undefined;
    }));
}

/** Approach B, for the client whose codes Genesys redeems. */
export function endpoint(settings) {
  const root = new URL(settings.root || './', location.href);

  /** Count `tries` or `redirected` once more: how often it was before. */
  function count(what) {
    const times = read(what) ?? 0;
    if (times >= MOST) throw new SignInFailure('loop_stopped');
    write(what, times + 1);
    return times;
  }

  async function leave(client, extra) {
    const request = await self.prepare(client, extra);
    request.returnTo = safeReturn(request.returnTo ?? location.href, root);
    const url = await authorizationUrl(settings, request);
    self.remember(request);
    self.leaving = true;
    step('redirected', { client, prompt: request.prompt });
    location.assign(url);
  }

  /** After a silent redirect has been refused. */
  function refuse({ code, details, reason }) {
    if (reason === 'login_required') {
      self.forget();
      throw new SignInFailure(reason, details);
    }
    if (!CURABLE.test(reason)) throw new SignInFailure(code, details);
    count('redirected');
    return leave('messenger');
  }

  async function handOver(options) {
    const { generation } = self;
    const answer = (await self.renew(options)) && takeAnswer('messenger');
    if (!answer) return undefined;
    if (answer.failure) return refuse(answer.failure);
    await discover(settings, answer);
    if (generation !== self.generation) return undefined;
    if (count('tries')) step('retrying');
    drop('redirected');
    const { code: authCode, redirectUri, codeVerifier, nonce, maxAge, iss } = self.complete(answer);
    step('code_handed_over', { code: short(authCode) });
    return { authCode, redirectUri, codeVerifier, nonce, maxAge, iss };
  }

  const self = {
    /** The client that visitors sign in with. */
    entrance: 'messenger',
    /** Set once the page is on its way to the provider. */
    leaving: false,
    /** Counts sign-outs: what was asked before one is worth nothing after it. */
    generation: 0,

    prepare: (client, extra) => prepare(settings, client, extra),
    remember,
    complete: (answer) => answer,

    /** Who is signed in. B learns no names, as it redeems no code. */
    person: () => null,
    hint: () => undefined,
    known: async () => Boolean(read('known')) || hasAnswer('messenger'),

    /** A page that has not come back with a code was loaded by its visitor: its retry is unused. */
    begin() {
      sweep();
      if (!hasAnswer('messenger')) drop('tries');
    },

    /** A visitor's own wish, or a success, starts all counts anew. */
    allow: () => ['tries', 'redirected', 'quiet'].forEach(drop),

    /** The one automatic retry is used up. */
    exhausted: () => read('tries') >= MOST,

    authenticated() {
      self.allow();
      drop('answer:messenger');
      write('known', true);
    },

    forget() {
      self.generation += 1;
      self.allow();
      ['known', 'person', 'answer:messenger', 'answer:website'].forEach(drop);
      write('quiet', true);
    },

    signIn(extra) {
      self.allow();
      step('sign_in_started', { client: self.entrance });
      return leave(self.entrance, extra);
    },

    /** A code without a word to the visitor. */
    async ask(client) {
      step('silent_started', { client });
      try {
        const answer = await askInFrame(settings, await self.prepare(client, { prompt: 'none' }));
        step('code_received', { client, code: short(answer.code) });
        return answer;
      } catch (failure) {
        step('silent_refused', { client, reason: failure.reason });
        throw failure;
      }
    },

    /** Have an unspent code for Messenger at hand; false: nobody is signed in, or it leaves. */
    async renew({ force, interactive } = {}) {
      if (self.leaving) return false;
      if (hasAnswer('messenger')) return true;
      if (self.exhausted()) throw new SignInFailure('loop_stopped');
      const known = (await self.known()) || force;
      if (!known && read('quiet')) return false;
      const { generation } = self;
      try {
        const answer = await self.ask('messenger');
        if (generation !== self.generation) return false;
        keepAnswer(answer);
        return true;
      } catch (failure) {
        if (known && !CURABLE.test(failure.reason)) throw failure;
      }
      if (known) {
        // A frame may not see the session where third-party cookies are blocked; a redirect does.
        count('redirected');
        await (interactive ? leave(self.entrance) : leave('messenger', { prompt: 'none' }));
      } else write('quiet', true);
      return false;
    },

    /** The newest unspent code, once. Calls at the same time share one request. M47, M48 */
    getCode: shared(handOver),

    /**
     * End the provider's session. Okta demands an ID token for it (okta.md 4.4); a tab that has
     * none gets one for the site's own client, if there is such a client, by a silent redirect.
     */
    endSession() {
      const hint = self.hint();
      self.forget();
      if (hint || settings.clients !== 'separate') return self.end(hint);
      write('ending', true);
      return leave('website', { prompt: 'none', maxAge: undefined });
    },

    /** Whether the page is back from that redirect, and so leaves again at once. */
    async goesOn() {
      if (!take('ending')) return false;
      let hint;
      try {
        const answer = takeAnswer('website');
        if (answer?.code) hint = (await redeem(settings, self.complete(answer))).idToken;
      } catch {
        // Then it ends as for a stack with one client.
      }
      await self.end(hint);
      return true;
    },

    async end(hint) {
      step('provider_sign_out', { hint: Boolean(hint) });
      self.leaving = true;
      location.assign(await logoutUrl(settings, hint));
    },
  };
  return self;
}

/**
 * Where a sign-out goes. Without an ID token Okta's Sessions API is left, which needs a trusted
 * origin and third-party cookies. Assumption: a provider without that API takes `client_id` instead
 * (OpenID Connect RP-Initiated Logout 1.0, 2).
 */
async function logoutUrl({ endSessionEndpoint, issuer, messengerClientId, site }, hint) {
  const after = site.postLogoutRedirectUri;
  if (!endSessionEndpoint) return after;
  if (!hint) {
    const session = new URL('/api/v1/sessions/me', issuer);
    const options = { method: 'DELETE', credentials: 'include' };
    const { ok, status } = await fetch(session, options).catch(() => ({}));
    if (ok || status === 404) return after;
  }
  return address(endSessionEndpoint, {
    id_token_hint: hint,
    client_id: hint ? undefined : messengerClientId,
    post_logout_redirect_uri: after,
  });
}

/**
 * Approach C: the site's own public client signs visitors in; the code for Messenger's client comes
 * silently after it, each time that Messenger wants one (messenger-web.md 4.3).
 */
export function separate(settings) {
  if (settings.clients !== 'separate') {
    throw new SignInFailure('sign_in_failed', { description: 'clients: shared' });
  }
  const base = endpoint(settings);
  let heard;

  // Other tabs of this site may know the person: a new tab has a memory of its own.
  const tabs = new BroadcastChannel(`messenger-sso:${settings.websiteClientId}`);
  tabs.onmessage = ({ data }) => {
    if (data) heard?.(data);
    else if (read('person')) tabs.postMessage(read('person'));
  };
  const askTabs = () =>
    new Promise((resolve) => {
      heard = resolve;
      setTimeout(resolve, MILLISECONDS_FOR_TABS);
      tabs.postMessage(null);
    });

  async function enter(answer) {
    step('exchange_started', { client: 'website', code: short(answer.code) });
    const { idToken, claims } = await redeem(settings, answer);
    const { sub, name, preferred_username: login, email } = claims;
    return { sub, name: name ?? login ?? email ?? sub, email, idToken };
  }

  /** Nobody is signed in, as far as a frame can see, unless it brings somebody. */
  const askAround = async () =>
    (await askTabs()) ?? base.ask('website').then(enter).catch(() => undefined);

  /** Signs the visitor in with what has come back, as other tabs did, or with the session. M1 */
  const look = shared(async () => {
    const { generation } = base;
    const answer = takeAnswer('website');
    if (!answer && (read('person') || read('quiet'))) return;
    const person = await (answer ? enter(answer) : askAround());
    if (generation !== base.generation) return;
    if (person) write('person', person);
    else write('quiet', true);
  });

  return Object.assign(base, {
    entrance: 'website',

    person() {
      const { idToken, ...person } = read('person') ?? {};
      return idToken ? person : null;
    },

    async known() {
      await look();
      // Messenger may know a visitor, from an earlier day, whose name this tab does not.
      return Boolean(read('person') ?? read('known'));
    },

    hint: () => read('person')?.idToken,
  });
}
