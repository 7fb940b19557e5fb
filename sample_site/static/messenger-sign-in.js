/** Puts the parts together: called once by the entry of every page that has Messenger's snippet. */
import { endpoint, separate } from './endpoint.js';
import { keepGate, registerAuthProvider } from './messenger.js';
import { settings as pageSettings } from './settings.js';
import { step } from './steps.js';
import { read } from './store.js';

const SECONDS_TO_SIGN_OUT = 5;
const OPERABLE = 'a[href], button, input, summary';

function choose({ approach, approaches = [], clients }) {
  const wanted = read('approach');
  if (approaches.includes(wanted)) return wanted;
  return approach ?? (clients === 'separate' ? 'separate' : 'endpoint');
}

/** Only a page whose approach is the SDK's loads that module, and the SDK. */
async function make(name, settings) {
  if (name === 'separate') return separate(settings);
  if (name === 'endpoint') return endpoint(settings);
  const { oktaAuthJs } = await import('./okta-auth-js.js');
  return oktaAuthJs(settings);
}

/** Any element can sign in or out, with a mouse and with a keyboard. M42 */
function bind(selector, act) {
  for (const element of document.querySelectorAll(selector)) {
    if (element.matches(OPERABLE)) continue;
    element.tabIndex = 0;
    if (!element.hasAttribute('role')) element.setAttribute('role', 'button');
  }
  const react = (event) => {
    const element = event.target.closest?.(selector);
    if (!element) return;
    // Buttons and links turn keys into clicks by themselves.
    const isKey = event.type === 'keydown';
    if (isKey && (element.matches(OPERABLE) || !/^( |Enter)$/.test(event.key))) return;
    event.preventDefault();
    act(element);
  };
  document.addEventListener('click', react);
  document.addEventListener('keydown', react);
}

export function startSignIn({ approach: name, settings = pageSettings } = {}) {
  let approach, gate;

  async function begin() {
    let refused;
    try {
      name ??= choose(settings);
      step('page_loaded', { approach: name, path: location.pathname });
      approach = await make(name, settings);
      approach.begin();
    } catch (failure) {
      refused = failure;
      approach = endpoint(settings);
    }
    gate = keepGate(settings, approach);
    if (refused) return gate.bar(refused);
    if (!window.Genesys) return undefined;
    try {
      if (await approach.goesOn()) return gate.leave();
      registerAuthProvider(settings, approach, gate);
      await approach.known();
      return gate.refresh();
    } catch (failure) {
      return gate.fail(failure);
    }
  }
  const begun = begin();
  const attempt = async (act) => {
    await begun;
    return act().catch(gate.fail);
  };

  const signIn = ({ returnTo } = {}) =>
    attempt(async () => {
      await approach.signIn({ returnTo });
      gate.given();
    });

  /** Messenger first, then the provider, however the first one ends. M49, R17 */
  const signOut = () =>
    attempt(async () => {
      step('signing_out');
      gate.leave();
      const late = new Promise((resolve) => setTimeout(resolve, SECONDS_TO_SIGN_OUT * 1000));
      await Promise.race([gate.command('Auth.logout'), late]);
      step('messenger_signed_out');
      await approach.endSession();
    });

  const retry = () => attempt(async () => gate.retry());

  // The root element has the attribute of that name as well: it tells the state.
  bind('[data-sign-in]:not(:root)', ({ dataset }) => {
    const returnTo = dataset.signIn && new URL(dataset.signIn, location.href).href;
    return signIn({ returnTo: returnTo || undefined });
  });
  bind('[data-sign-out]', signOut);
  bind('[data-sign-in-retry]', retry);
  // A page that comes out of the browser's memory may show a person who has left since.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

  const state = () => gate?.state() ?? 'unknown';
  const person = () => gate?.person() ?? null;
  return { state, person, signIn, signOut, retry };
}
