/*
 * Stand-in for the script that Genesys Cloud serves as genesys.min.js.
 *
 * This is its first floor, the command bus: it takes over the queue that the snippet has opened,
 * reads the deployment's public files from the origin that it came from, and then lets plugins
 * register, call each other's commands and hear each other's events. Launcher, conversation and
 * authentication are plugins to be built on top of it.
 *
 * Rules are those of "Messenger JavaScript SDK" (Genesys developer pages) as far as they are
 * public. No build step: what is here is what browsers run.
 */
(function () {
  'use strict';

  const globalName = window._genesysJs || 'Genesys';
  const stub = window[globalName] || {};
  const options = stub.c || {};
  const origin = new URL(document.currentScript.src).origin;

  /** Calls that must wait: those the snippet queued, and those made before the files arrived. */
  const waiting = Array.from(stub.q || []);
  let isOpen = false;

  const plugins = new Map(); // name -> Map of command name -> function
  const subscribers = new Map(); // full event name -> array of {owner, callback}
  const replayed = new Map(); // full event name -> the envelope that late subscribers get
  const shared = new Map(); // full key -> value of the shared data model

  function explain(...words) {
    if (options.debug) {
      console.info('[Genesys]', ...words);
    }
  }

  // Events -------------------------------------------------------------------------------------

  function deliver(callback, envelope) {
    // Never in the caller's own turn: a publisher must not depend on who listens.
    setTimeout(() => callback(envelope), 0);
  }

  function publish(publisher, name, data, keep) {
    const event = `${publisher}.${name}`;
    const envelope = { time: Date.now(), publisher, event, data: data === undefined ? {} : data };
    if (keep) {
      replayed.set(event, envelope);
    }
    explain('event', event, envelope.data);
    for (const { callback } of subscribers.get(event) || []) {
      deliver(callback, { ...envelope, eventName: event });
    }
  }

  function subscribe(owner, event, callback) {
    if (typeof event !== 'string' || !event.includes('.') || typeof callback !== 'function') {
      return false;
    }
    if (!subscribers.has(event)) {
      subscribers.set(event, []);
    }
    subscribers.get(event).push({ owner, callback });
    if (replayed.has(event)) {
      deliver(callback, { ...replayed.get(event) });
    }
    return event;
  }

  function unsubscribe(owner, event) {
    const others = (subscribers.get(event) || []).filter((one) => one.owner !== owner);
    subscribers.set(event, others);
  }

  // Commands -----------------------------------------------------------------------------------

  function command(fullName, data) {
    const [plugin, name] = String(fullName).split('.', 2);
    const run = plugins.has(plugin) ? plugins.get(plugin).get(name) : undefined;
    if (run === undefined) {
      return Promise.reject(new Error(`${fullName} is not a known command`));
    }
    explain('command', fullName);
    return new Promise((resolve, reject) => {
      // Only what the command resolves counts, not what it returns; what it throws is a refusal.
      Promise.resolve()
        .then(() => run({ data: data === undefined ? {} : data, resolve, reject }))
        .catch(reject);
    });
  }

  // Plugins ------------------------------------------------------------------------------------

  function makePlugin(name) {
    if (typeof name !== 'string' || !name || name.includes('.')) {
      throw new Error('A plugin needs a name without dots');
    }
    if (plugins.has(name)) {
      throw new Error(`Name is already taken: ${name}`);
    }
    const commands = new Map();
    plugins.set(name, commands);
    const keyOf = (key) => (key.includes('.') ? key : `${name}.${key}`);
    return {
      registerCommand: (commandName, run) => {
        if (typeof run !== 'function' || commands.has(commandName)) {
          throw new Error(`${name}.${commandName} cannot be registered`);
        }
        commands.set(commandName, run);
      },
      command,
      subscribe: (event, callback) => subscribe(name, event, callback),
      unsubscribe: (event) => unsubscribe(name, event),
      publish: (event, data) => publish(name, event, data, false),
      republish: (event, data) => publish(name, event, data, true),
      data: (key, ...value) => {
        if (value.length > 0) {
          shared.set(keyOf(key), value[0]);
        }
        return shared.get(keyOf(key));
      },
      ready: () => publish(name, 'ready', {}, true),
    };
  }

  // The global function ------------------------------------------------------------------------

  const verbs = {
    registerPlugin: (name, start) => {
      const plugin = makePlugin(name);
      if (typeof start === 'function') {
        start(plugin);
      }
    },
    command: (name, ...rest) => {
      const data = typeof rest[0] === 'function' ? undefined : rest.shift();
      const [succeed = () => {}, fail = (error) => explain(name, 'was rejected:', error)] = rest;
      command(name, data).then(succeed, fail);
    },
    subscribe: (event, callback) => {
      subscribe(globalName, event, callback);
    },
  };

  function call([verb, ...rest]) {
    if (!Object.prototype.hasOwnProperty.call(verbs, verb)) {
      console.error(`[Genesys] ${verb} is not a known call`);
      return;
    }
    try {
      verbs[verb](...rest);
    } catch (error) {
      // One page script's mistake must not stop the calls of the others.
      console.error('[Genesys]', verb, rest[0], error);
    }
  }

  function dispatch(...words) {
    if (isOpen) {
      call(words);
    } else {
      waiting.push(words);
    }
  }

  function open() {
    isOpen = true;
    while (waiting.length > 0) {
      call(Array.from(waiting.shift()));
    }
  }

  // Start --------------------------------------------------------------------------------------

  async function readFile(name) {
    const id = encodeURIComponent(options.deploymentId || '');
    const answer = await fetch(`${origin}/webdeployments/v1/deployments/${id}/${name}`);
    if (!answer.ok) {
      throw new Error(`Deployment ${options.deploymentId} cannot be read: status ${answer.status}`);
    }
    return answer.json();
  }

  /** Host names only: scheme and port never count, and a subdomain of an entry is allowed. */
  function isAllowed(host, { allowAllDomains, allowedDomains }) {
    const name = host.toLowerCase();
    return (
      allowAllDomains ||
      (allowedDomains || []).some((entry) => {
        const allowed = entry.toLowerCase();
        return name === allowed || name.endsWith(`.${allowed}`);
      })
    );
  }

  /** What pages may have of the configuration: all but where the service listens. */
  function trimmed(deploymentConfig) {
    const copy = JSON.parse(JSON.stringify(deploymentConfig));
    delete copy.apiEndpoint;
    delete copy.messenger.apps.conversations.messagingEndpoint;
    return copy;
  }

  async function start() {
    const itself = makePlugin('GenesysJS');
    const domains = await readFile('domains.json');
    if (!isAllowed(window.location.hostname, domains)) {
      itself.publish('domainNotAllowed', { domain: window.location.hostname });
      console.error(`[Genesys] ${window.location.hostname} is not an allowed domain`);
      return;
    }
    const deploymentConfig = await readFile('config.json');
    itself.registerCommand('configuration', (e) => e.resolve(trimmed(deploymentConfig)));
    itself.republish('configurationReceived', { deploymentConfig, snippetConfig: options });
    itself.ready();
    open();
  }

  dispatch.t = stub.t;
  dispatch.c = options;
  window[globalName] = dispatch;
  start().catch((error) => console.error('[Genesys]', error.message));
})();
