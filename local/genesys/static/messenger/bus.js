/**
 * The command bus: plugins register commands and events, pages call and hear them.
 *
 * Rules: "Messenger JavaScript SDK" (Genesys developer pages), as far as they are public.
 */

export class Bus {
  #plugins = new Map(); // name -> Map of command name -> function
  #subscribers = new Map(); // full event name -> array of {owner, callback}
  #replayed = new Map(); // full event name -> the envelope that late subscribers get
  #shared = new Map(); // full key -> value of the shared data model
  #globalName;
  #explain;

  /** `explain(...words)` gets what `debug: true` shows; `globalName` is that of the function. */
  constructor({ globalName = 'Genesys', explain = () => {} } = {}) {
    this.#globalName = globalName;
    this.#explain = explain;
  }

  /** Takes a name and returns the plugin object for it; a taken or impossible name throws. */
  plugin(name) {
    if (typeof name !== 'string' || !name || name.includes('.')) {
      throw new Error('A plugin needs a name without dots');
    }
    if (this.#plugins.has(name)) {
      throw new Error(`Name is already taken: ${name}`);
    }
    const commands = new Map();
    this.#plugins.set(name, commands);
    const keyOf = (key) => (key.includes('.') ? key : `${name}.${key}`);
    return {
      registerCommand: (commandName, run) => {
        if (typeof run !== 'function' || commands.has(commandName)) {
          throw new Error(`${name}.${commandName} cannot be registered`);
        }
        commands.set(commandName, run);
      },
      command: (fullName, data) => this.command(fullName, data),
      subscribe: (event, callback) => this.subscribe(event, callback, name),
      unsubscribe: (event) => this.#unsubscribe(name, event),
      publish: (event, data) => this.#publish(name, event, data, false),
      republish: (event, data) => this.#publish(name, event, data, true),
      data: (key, ...value) => {
        if (value.length > 0) {
          this.#shared.set(keyOf(key), value[0]);
        }
        return this.#shared.get(keyOf(key));
      },
      ready: () => this.#publish(name, 'ready', {}, true),
    };
  }

  /** Whether a command is registered. */
  knows(fullName) {
    return this.#find(fullName) !== undefined;
  }

  /** Runs a command; a Promise of what it resolves, whatever it returns. */
  command(fullName, data) {
    const run = this.#find(fullName);
    if (run === undefined) {
      return Promise.reject(new Error(`${fullName} is not a known command`));
    }
    this.#explain('command', fullName);
    return new Promise((resolve, reject) => {
      // Only what the command resolves counts, not what it returns; what it throws is a refusal.
      Promise.resolve()
        .then(() => run({ data: data === undefined ? {} : data, resolve, reject }))
        .catch(reject);
    });
  }

  /** Registers a callback; the event's name, or false for what cannot be an event. */
  subscribe(event, callback, owner = this.#globalName) {
    if (typeof event !== 'string' || !event.includes('.') || typeof callback !== 'function') {
      return false;
    }
    if (!this.#subscribers.has(event)) {
      this.#subscribers.set(event, []);
    }
    this.#subscribers.get(event).push({ owner, callback });
    if (this.#replayed.has(event)) {
      deliver(callback, { ...this.#replayed.get(event) });
    }
    return event;
  }

  /** The three calls that pages may make through the global function. */
  call([verb, ...rest]) {
    if (!Object.hasOwn(this.#verbs, verb)) {
      console.error(`[Genesys] ${verb} is not a known call`);
      return;
    }
    try {
      this.#verbs[verb](...rest);
    } catch (error) {
      // One page script's mistake must not stop the calls of the others.
      console.error('[Genesys]', verb, rest[0], error);
    }
  }

  #verbs = {
    registerPlugin: (name, begin) => {
      const plugin = this.plugin(name);
      if (typeof begin === 'function') {
        begin(plugin);
      }
    },
    command: (name, ...rest) => {
      const data = typeof rest[0] === 'function' ? undefined : rest.shift();
      const refused = (error) => this.#explain(name, 'was rejected:', error);
      const [succeed = () => {}, fail = refused] = rest;
      this.command(name, data).then(succeed, fail);
    },
    subscribe: (event, callback) => {
      this.subscribe(event, callback);
    },
  };

  #find(fullName) {
    const [plugin, name] = String(fullName).split('.', 2);
    return this.#plugins.get(plugin)?.get(name);
  }

  #publish(publisher, name, data = {}, keep) {
    const event = `${publisher}.${name}`;
    const envelope = { time: Date.now(), publisher, event, data };
    if (keep) {
      this.#replayed.set(event, envelope);
    }
    this.#explain('event', event, data);
    for (const { callback } of this.#subscribers.get(event) ?? []) {
      deliver(callback, { ...envelope, eventName: event });
    }
  }

  #unsubscribe(owner, event) {
    const others = (this.#subscribers.get(event) ?? []).filter((one) => one.owner !== owner);
    this.#subscribers.set(event, others);
  }
}

function deliver(callback, envelope) {
  // Never in the caller's own turn: a publisher must not depend on who listens.
  setTimeout(() => callback(envelope), 0);
}
