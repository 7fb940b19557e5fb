/**
 * Approach A: Okta's SDK makes the request and keeps its secrets; the code stays unspent. Nothing
 * here calls the SDK's own way back, which would redeem the code (okta.md 5.2). M31-M38
 */
import { prepare } from './openid.js';
import { endpoint } from './endpoint.js';
import { step } from './steps.js';
import { SignInFailure } from './store.js';

let loading;

/** The SDK's class, from a script of this site that is exactly the one the build saw. */
function load({ oktaAuthJs: file, root = '' }) {
  loading ??= new Promise((resolve, reject) => {
    if (!file) throw new SignInFailure('sdk_missing', { description: 'oktaAuthJs' });
    const script = document.createElement('script');
    script.src = root + file.src;
    script.integrity = file.integrity;
    script.onload = () => resolve(window.OktaAuth);
    script.onerror = () => reject(new SignInFailure('sdk_missing', { description: file.src }));
    document.head.append(script);
  });
  return loading;
}

export async function oktaAuthJs(settings) {
  const OktaAuth = await load(settings);
  const { issuer, site, scopes, maxAge } = settings;
  const sdk = new OktaAuth({
    issuer,
    clientId: settings.messengerClientId,
    redirectUri: site.redirectUri,
    postLogoutRedirectUri: site.postLogoutRedirectUri,
    scopes,
    responseType: 'code',
    pkce: settings.pkce,
    maxAge: maxAge ?? undefined,
    // One tab's sign-in is no other tab's business.
    transactionManager: { enableSharedStorage: false },
  });
  const base = endpoint(settings);
  const { remember, forget, end } = base;

  return Object.assign(base, {
    async prepare(client, extra) {
      const request = prepare(settings, client, extra);
      const { clientId, maxAge } = request;
      const own = settings.nonce ? { nonce: settings.nonce } : {};
      const pkce = client === 'website' || settings.pkce;
      const { state, nonce, codeVerifier } = await sdk.token.prepareTokenParams({
        clientId,
        maxAge,
        pkce,
        ...own,
      });
      return { ...request, state, nonce, codeVerifier };
    },

    /** The SDK keeps nonce and verifier; what is under the state only says whose they are. */
    remember({ nonce, codeVerifier, ...request }) {
      const { clientId, redirectUri, state } = request;
      const asked = { issuer, urls: {}, clientId, redirectUri, responseType: 'code', scopes };
      const meta = { ...asked, state, nonce, codeVerifier };
      sdk.transactionManager.save(meta, { muteWarning: true });
      remember(request);
    },

    complete(answer) {
      if (answer.nonce) return answer;
      const { state, nonce, codeVerifier } = sdk.transactionManager.load() ?? {};
      sdk.transactionManager.clear();
      if (state !== answer.state) throw new SignInFailure('state_mismatch');
      return { ...answer, nonce, codeVerifier };
    },

    forget() {
      sdk.transactionManager.clear();
      forget();
    },

    /**
     * Without an ID token the SDK ends the session by cookie (okta.md 5.3). Where it cannot, the
     * visitor gets away as with B.
     */
    async end(hint) {
      step('provider_sign_out', { hint: Boolean(hint) });
      base.leaving = true;
      await sdk.signOut(hint ? { idToken: { idToken: hint } } : {}).catch(() => end(hint));
    },
  });
}
