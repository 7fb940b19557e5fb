/** Says in plain words how the sign-in and Messenger are doing, and who is signed in. */
import { thisTabsApproach } from './approach.js';
import { failureWords } from './failure-words.js';
import { settings, text } from './settings.js';

const LAMPS = { out: 'later', in: 'found', failed: 'refused' };

const byId = (id) => document.getElementById(id);

/** A person's name as good as it is known; an identifier alone is no name to show. */
const called = (person) => person?.name || person?.email || text('someone');

function words({ state, person, failure }, { messengerHost, site }, found) {
  if (state === 'in') return text('state_in', { name: called(person) });
  if (state === 'failed') return failureWords(failure, { host: messengerHost });
  if (state === 'out') return text(site.sessionUpgrade ? 'state_out_upgrade' : 'state_out');
  if (state === 'working') return text('state_working');
  if (state === 'ending') return text('state_ending');
  return found ? text('found') : text('waiting', { host: messengerHost });
}

function show({ person, ...detail }, own, found) {
  byId('messenger-status').dataset.state = LAMPS[detail.state] ?? 'waiting';
  const line = words({ person, ...detail }, own, found);
  // The same words once more would be read out once more.
  if (byId('status-line').textContent !== line) byId('status-line').textContent = line;
  // Without a client of its own a site learns of a sign-in, but not whose it is.
  byId('person-label').hidden = !person;
  byId('person').textContent = person ? called(person) : text('signed_in');
  byId('person').title = person?.email ?? '';
}

function showFacts(deployment, own) {
  byId('status-facts').hidden = false;
  byId('status-deployment').textContent = own.site.deploymentId;
  byId('status-authentication').textContent = text(deployment.auth?.enabled ? 'required' : 'off');
  byId('status-approach').textContent = text(`approach_${thisTabsApproach().replaceAll('-', '_')}`);
}

/** Show the state from now on; call it before the sign-in starts. `own`: the page's settings. */
export function showStatus(own = settings) {
  let latest = { state: 'unknown' };
  let found = false;
  document.documentElement.dataset.signIn ??= latest.state;
  show(latest, own, found);
  document.addEventListener('sign-in:state', ({ detail }) => {
    latest = detail;
    show(latest, own, found);
  });
  // Looked up anew for each call: the loaded script puts its own function in place of the stub.
  window.Genesys?.('subscribe', 'GenesysJS.configurationReceived', (event) => {
    found = true;
    showFacts(event?.data?.deploymentConfig ?? {}, own);
    show(latest, own, found);
  });
}
