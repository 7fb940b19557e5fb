/**
 * The two parts that deal with Messenger. The gatekeeper keeps the launcher out of sight until
 * Messenger is ready and the visitor is signed in, in either order, and makes every failure a
 * visible one (R5, R12, R13, R17, M83, M84). The AuthProvider plugin gives it what it asks the page
 * for (Genesys, "AuthProvider plugin").
 */
import { step } from './steps.js';
import { SignInFailure } from './store.js';

const SECONDS_TO_LOAD = 15;
const SECONDS_TO_AUTHENTICATE = 30;
/** Messenger may ask for another code by itself after a refusal: it goes first. */
const SECONDS_TO_REACT = 1;
/** After these a code in silence is no way on: the session may be one that only a redirect sees. */
const ASK_OPENLY = ['login_required', 'exchange_refused', 'timed_out'];

const ERRORS = ['error', 'authError', 'tokenError', 'authProviderError'];

export function keepGate(settings, approach) {
  const { launcher, sessionUpgrade } = settings.site;
  let state = 'unknown';
  let failure = null;
  let shown = false;
  let configured, ready, barred, refusal, timer;

  // Looked up anew each time: the loaded script puts its own function in the snippet's place.
  const bus = (...words) => window.Genesys?.(...words);
  const on = (name, react) => bus('subscribe', name, (event) => react(event?.data ?? {}));
  /** Resolves however the command ends. */
  const command = (name) =>
    new Promise((resolve, reject) => bus('command', name, {}, resolve, reject)).catch(() => {});

  function after(seconds, act) {
    clearTimeout(timer);
    timer = setTimeout(act, seconds * 1000);
  }

  const expect = (seconds, otherwise) =>
    after(seconds, () => {
      step('timed_out', { seconds });
      otherwise(new SignInFailure('timed_out', { seconds }));
    });

  function settle(next, why = null) {
    state = next;
    failure = why;
    document.documentElement.dataset.signIn = state;
    showLauncher();
    const detail = { state, person: gate.person(), failure };
    document.dispatchEvent(new CustomEvent('sign-in:state', { detail }));
  }

  function showLauncher() {
    const open = !barred && (state === 'in' || (sessionUpgrade && state !== 'failed'));
    if (!ready || open === shown) return;
    shown = open;
    if (launcher === 'OnDemand') command(open ? 'Launcher.show' : 'Launcher.hide');
    if (open) step('launcher_shown');
  }

  /** Have Messenger ask for a code and redeem it. */
  function again() {
    expect(SECONDS_TO_AUTHENTICATE, gate.fail);
    return command('Auth.getTokens');
  }

  const gate = {
    state: () => state,
    person: () => (state === 'out' ? null : approach.person()),
    command,

    /** The visitor's name may have come. */
    refresh: () => settle(state === 'unknown' && approach.person() ? 'working' : state, failure),

    /**
     * What Messenger gets. After a code there is an answer, or a failure (R13); without one nobody
     * is signed in, or the page is on its way to the provider.
     */
    given(code) {
      clearTimeout(timer);
      if (code) {
        step('exchange_started', { client: 'messenger' });
        expect(SECONDS_TO_AUTHENTICATE, gate.fail);
      }
      if (approach.leaving || state !== 'in') settle(code || approach.leaving ? 'working' : 'out');
      return code;
    },

    fail(why) {
      clearTimeout(timer);
      if (approach.leaving) return;
      // What Genesys said tells more than that the retry is used up.
      const told = refusal && why.code === 'loop_stopped' ? refusal : why;
      const { code = 'sign_in_failed', details = { description: why.message } } = told;
      const words = { code, ...details };
      step('failed', words);
      settle('failed', words);
    },

    /** A visitor wants another attempt. */
    retry() {
      approach.allow();
      refusal = undefined;
      if (!configured || barred) return location.reload();
      if (ASK_OPENLY.includes(failure?.code)) return approach.signIn();
      settle('working');
      return again();
    },

    /** There is no way from here: Messenger stays shut until the page is loaded anew. */
    bar(why) {
      barred = true;
      gate.fail(why);
    },

    /** A sign-out is under way: no more codes, and no more failures. */
    leave() {
      approach.leaving = true;
      settle('ending');
    },
  };

  function refused({ message }) {
    if (approach.leaving || !['working', 'in'].includes(state)) return;
    refusal = new SignInFailure('exchange_refused', { description: message });
    after(SECONDS_TO_REACT, () => (approach.exhausted() ? gate.fail(refusal) : again()));
  }

  const unreachable = new SignInFailure('messenger_unreachable', { host: settings.messengerHost });
  const notAllowed = new SignInFailure('domain_not_allowed', { host: location.hostname });
  const script = document.querySelector('script[src*="/genesys-bootstrap/"]');
  script?.addEventListener('error', () => gate.fail(unreachable));
  // A stub that still queues is dead. Assumption: a script that took over and says nothing has
  // refused the page's host, as it never reads the queue then (messenger-web.md 1.1).
  expect(SECONDS_TO_LOAD, () => gate.fail(window.Genesys?.q ? unreachable : notAllowed));

  on('GenesysJS.configurationReceived', ({ deploymentConfig: { id, status, auth } = {} }) => {
    configured = true;
    step('configuration_received', { deployment: id });
    if (status && status !== 'Active') {
      gate.bar(new SignInFailure('deployment_inactive', { status }));
    } else if (!auth?.enabled) {
      gate.bar(new SignInFailure('authentication_off'));
    } else if (!barred) {
      if (state === 'failed') settle('unknown');
      // Messenger asks for a code by itself; where it does not, nobody has to wait for ever.
      expect(SECONDS_TO_AUTHENTICATE, async (late) =>
        (await approach.known()) ? gate.fail(late) : gate.given(),
      );
    }
  });
  on('GenesysJS.domainNotAllowed', () => gate.bar(notAllowed));
  for (const name of ['Messenger.ready', 'Launcher.ready']) {
    on(name, () => {
      if (!ready) step('messenger_ready');
      ready = true;
      showLauncher();
    });
  }
  on('Auth.authenticated', () => {
    clearTimeout(timer);
    refusal = undefined;
    approach.authenticated();
    step('authenticated');
    settle('in');
  });
  for (const name of ERRORS) on(`Auth.${name}`, refused);
  on('Auth.loggedOut', () => {
    if (approach.leaving) return;
    approach.forget();
    step('signed_out_elsewhere');
    settle('out');
  });
  on('Conversations.started', () => step('conversation_started'));
  if (!window.Genesys) gate.fail(unreachable);
  return gate;
}

/** Register the plugin with the command bus; `gate` learns how each request ends. M47 */
export function registerAuthProvider({ site }, approach, gate) {
  window.Genesys('registerPlugin', 'AuthProvider', (plugin) => {
    const code = async (force) => gate.given(await approach.getCode({ force }));

    /**
     * A guest has signed in, or was signed in on the site already. Assumption: Messenger redeems
     * the code of the event, so getAuthCode does not give the same one. X3
     */
    async function stepUp() {
      const given = await code();
      if (given) plugin.publish('signedIn', given);
      return given;
    }

    /** What a command throws becomes visible, and Messenger is refused. */
    const command = (name, run) =>
      plugin.registerCommand(name, async (e) => {
        try {
          e.resolve(await run(e.data ?? {}));
        } catch (failure) {
          if (name === 'signIn') plugin.publish('signInFailed', { message: failure.message });
          gate.fail(failure);
          e.reject(failure);
        }
      });

    command('getAuthCode', ({ forceUpdate }) => {
      if (forceUpdate) step('refreshing');
      return code(forceUpdate);
    });
    // Answers nothing: Messenger calls getAuthCode itself afterwards (messenger-web.md 1.3). R7, X2
    command('reAuthenticate', async () => {
      step('reauthenticate');
      if (!(await approach.renew({ interactive: true }))) gate.given();
    });
    command('signIn', async () => {
      step('step_up');
      approach.allow();
      if (!(await stepUp()) && !approach.leaving) await approach.signIn();
    });
    if (site.sessionUpgrade) {
      // There Messenger asks for no code on its own, and a page may have come back with one.
      const resume = async () => ((await approach.known()) ? stepUp() : gate.given());
      plugin.subscribe('Auth.ready', () => {
        if (!plugin.data('Auth.authenticated')) resume().catch(gate.fail);
      });
    }
    plugin.ready();
  });
}
