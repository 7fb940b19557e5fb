/** Says in plain words whether Messenger is on the page, by asking its public command bus. */
import { settings, text } from './settings.js';

const SECONDS_TO_ANSWER = 10;

const byId = (id) => document.getElementById(id);

/** Show one state; `facts` are those that are known only with Messenger's own answer. */
function show(state, line, { authentication } = {}) {
  byId('messenger-status').dataset.state = state;
  byId('status-line').textContent = line;
  byId('status-facts').hidden = authentication === undefined;
  byId('status-authentication').textContent = authentication ?? '';
}

function showConfiguration(deployment) {
  const required = deployment.auth?.enabled === true;
  const authentication = text(required ? 'required' : 'off');
  if (deployment.status && deployment.status !== 'Active') {
    show('refused', text('inactive', { status: deployment.status }), { authentication });
  } else {
    show(required ? 'found' : 'open', text('found'), { authentication });
  }
}

/** The element with which the snippet loads Messenger's own script. */
function loader() {
  return document.querySelector('script[src*="/genesys-bootstrap/"]');
}

/** Watch for Messenger from now on; it may still answer after the time is up. */
export function watchMessenger() {
  const host = settings.messengerHost;
  const here = location.hostname;
  // Looked up anew for each call: the loaded script puts its own function in place of the snippet's.
  const snippet = window.Genesys;
  if (typeof snippet !== 'function') {
    show('refused', text('no_snippet'));
    return;
  }
  let settled = false;
  const unreachable = () => show('refused', text('unreachable', { host }));
  const onEvent = (name, react) =>
    window.Genesys('subscribe', name, (event) => {
      settled = true;
      react(event?.data ?? {});
    });

  show('waiting', text('waiting', { host }));
  onEvent('GenesysJS.configurationReceived', (data) => showConfiguration(data.deploymentConfig ?? {}));
  // A page that is refused may never be told: then what was queued by the snippet is never read.
  const refuse = () => show('refused', text('refused', { host: here }));
  onEvent('GenesysJS.domainNotAllowed', refuse);
  loader()?.addEventListener('error', unreachable);
  setTimeout(() => {
    if (settled) return;
    if (window.Genesys === snippet && snippet.q) unreachable();
    else show('refused', text('silent', { host: here }));
  }, SECONDS_TO_ANSWER * 1000);
}
