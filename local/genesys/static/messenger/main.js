/** Takes over the snippet's queue, reads the deployment, and puts the plugins together. */

import { Api } from './api.js';
import { Attempts } from './attempts.js';
import { Auth } from './auth.js';
import { Bus } from './bus.js';
import { Conversations } from './conversations.js';
import { Database } from './database.js';
import { isAllowed, readFile, trimmed } from './deployment.js';
import { Launcher } from './launcher.js';
import { makeLog } from './log.js';
import { Look } from './look.js';
import { Messaging } from './messaging.js';
import { Messenger } from './messenger.js';
import { Storage } from './storage.js';
import { Tokens } from './tokens.js';
import { describeWindow } from './view.js';

/** `page` is the window, `origin` that of Genesys Cloud. */
export async function start({ page, origin }) {
  const globalName = page._genesysJs ?? 'Genesys';
  const stub = page[globalName] ?? {};
  const options = stub.c ?? {};
  const bus = new Bus({ globalName, explain: makeLog(options.debug === true) });
  const open = takeOver(page, globalName, stub, bus);

  const itself = bus.plugin('GenesysJS');
  const read = (name) => readFile({ origin, deploymentId: options.deploymentId, name });
  const domains = await read('domains.json');
  const host = page.location.hostname;
  if (!isAllowed(host, domains)) {
    itself.publish('domainNotAllowed', { domain: host });
    console.error(`[Genesys] ${host} is not an allowed domain`);
    return;
  }
  const config = await read('config.json');
  itself.registerCommand('configuration', (e) => e.resolve(trimmed(config)));
  const look = new Look({ page, config });
  await Promise.all([look.start(), bodyOf(page)]);
  const begin = build({ page, origin, bus, config, look, options });
  itself.republish('configurationReceived', { deploymentConfig: config, snippetConfig: options });
  itself.ready();
  begin();
  open();
}

/**
 * Makes the plugins; a function that starts them.
 *
 * Assumption: an inactive deployment tells its configuration and offers nothing beside it; the
 * Auth plugin is there only where authentication is on.
 */
function build({ page, origin, bus, config, look, options }) {
  if (config.status !== 'Active') {
    return () => {};
  }
  const { deploymentId } = options;
  const storage = new Storage({ deploymentId, page });
  const api = new Api({ base: config.apiEndpoint, deploymentId });
  const isHeadless = config.headlessMode?.enabled === true;
  const shown = () => messenger.render();
  const auth = config.auth.enabled
    ? new Auth({
        bus,
        api,
        tokens: new Tokens(storage),
        storage,
        attempts: new Attempts({ deploymentId, page }),
        upgrade: config.auth.allowSessionUpgrade,
        isHeadless,
        onChange: shown,
      })
    : undefined;
  const database = new Database({ bus });
  const messaging = new Messaging({
    bus,
    page,
    auth,
    storage,
    api,
    database,
    config,
    deploymentId,
    isWindowOpen: () => messenger.isOpen,
    onChange: ({ unread = 0 }) => {
      if (unread > 0 && !messenger.isOpen && launcher) {
        launcher.unread += unread;
      }
      shown();
    },
  });
  const conversations = new Conversations({ bus });
  const isNeeded = () => auth !== undefined && !config.auth.allowSessionUpgrade;
  const messenger = new Messenger({
    bus,
    page,
    origin,
    look,
    config,
    channel: storage.channel('cleared'),
    describe: () =>
      describeWindow({
        auth: {
          isNeeded: isNeeded() && !auth.isAuthenticated,
          isBusy: auth?.isAuthenticating ?? false,
          hasFailed: auth?.hasFailed ?? false,
          canAsk: auth?.canAskPage ?? false,
        },
        talk: messaging.describe(),
        isEnabled: messaging.isEnabled,
        texts: look.texts,
      }),
    handlers: windowHandlers({ auth, messaging }),
    onOpen: () => messaging.onOpened(),
    wipe: () => {
      messaging.shutDown();
      auth?.forget();
      storage.removeAll();
    },
  });
  const launcher = isHeadless
    ? undefined
    : new Launcher({ bus, page, origin, look, config, onPress: () => messenger.toggle() });
  return () => {
    auth?.start();
    database.start();
    conversations.start();
    messaging.listen();
    messenger.start({ launcher });
    launcher?.start();
  };
}

/** What the visitor asks for in the window. What fails has its event, and shows in the window. */
function windowHandlers({ auth, messaging }) {
  const quietly = (act) => (message) => {
    Promise.resolve(act(message)).catch(() => {});
  };
  return {
    send: quietly(({ text }) => messaging.send(text)),
    sendAgain: quietly(({ id }) => messaging.sendAgain(id)),
    typing: quietly(() => messaging.onTyping()),
    clear: quietly(() => messaging.clear()),
    goOn: quietly(() => messaging.goOn()),
    stepUp: quietly(() => messaging.stepUp()),
    signIn: quietly(() => auth.reAuthenticate({ asked: true })),
  };
}

/** Replaces the snippet's stub; a function that lets the calls run that have been waiting. */
function takeOver(page, globalName, stub, bus) {
  const waiting = Array.from(stub.q ?? []);
  let isOpen = false;
  const dispatch = (...words) => {
    if (isOpen) {
      bus.call(words);
    } else {
      waiting.push(words);
    }
  };
  dispatch.t = stub.t;
  dispatch.c = stub.c ?? {};
  page[globalName] = dispatch;
  return () => {
    isOpen = true;
    while (waiting.length > 0) {
      bus.call(Array.from(waiting.shift()));
    }
  };
}

/** Resolves once there is a body to put frames into: the script may be first in the head. */
function bodyOf(page) {
  if (page.document.body !== null) {
    return undefined;
  }
  return new Promise((resolve) => {
    page.document.addEventListener('DOMContentLoaded', resolve, { once: true });
  });
}
