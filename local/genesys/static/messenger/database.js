/**
 * The Database plugin: custom attributes that ride on the visitor's next message.
 *
 * `set` merges at the top, `update` all the way down, `remove` forgets here only (Genesys,
 * "Database plugin"). Assumption: `get` and `remove` take a dotted path (`messaging.customAttributes.plan`)
 * or the bare name of an attribute; values are sent as texts; what has been sent is not sent again
 * until it changes.
 */

export const MAX_BYTES = 2048;

/** The size that counts against the limit. */
export function sizeOf(attributes) {
  return new TextEncoder().encode(JSON.stringify(attributes)).length;
}

export class Database {
  #plugin;
  #kept = {};
  #sent = '{}';

  constructor({ bus }) {
    this.#plugin = bus.plugin('Database');
    this.#plugin.registerCommand('set', (e) => this.#change(e, shallow));
    this.#plugin.registerCommand('update', (e) => this.#change(e, deep));
    this.#plugin.registerCommand('get', (e) => e.resolve(this.#read(e.data?.name)));
    this.#plugin.registerCommand('remove', (e) => this.#remove(e));
  }

  start() {
    this.#plugin.ready();
  }

  /** What the next message has to carry: `{attributes, isTooLarge}`, empty when nothing is new. */
  due() {
    const given = this.#kept.messaging?.customAttributes ?? {};
    const attributes = Object.fromEntries(
      Object.entries(given)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => [name, asText(value)]),
    );
    const isNew = JSON.stringify(attributes) !== this.#sent;
    return { attributes: isNew ? attributes : {}, isTooLarge: sizeOf(attributes) > MAX_BYTES };
  }

  /** Notes that these attributes have arrived. */
  noteSent(attributes) {
    this.#sent = JSON.stringify(attributes);
  }

  /** A new conversation knows nothing of what an earlier one was told. */
  forgetSent() {
    this.#sent = '{}';
  }

  #change(e, merge) {
    const isAttributes = isObject(e.data?.messaging?.customAttributes ?? {});
    if (!isObject(e.data) || !isObject(e.data.messaging) || !isAttributes) {
      throw new Error('Database expects {messaging: {customAttributes: {…}}}');
    }
    this.#kept = merge(this.#kept, structuredClone(e.data));
    this.#plugin.publish('updated', structuredClone(this.#kept));
    e.resolve(structuredClone(this.#kept));
  }

  #read(name) {
    const { owner, key } = this.#find(name);
    const found = name === undefined ? this.#kept : owner?.[key];
    return found === undefined ? undefined : structuredClone(found);
  }

  #remove(e) {
    const name = e.data?.name;
    const { owner, key } = this.#find(name);
    if (owner?.[key] === undefined) {
      throw new Error(`Database has nothing under the name ${name}`);
    }
    delete owner[key];
    this.#plugin.publish('removed', { name });
    e.resolve({ name });
  }

  #find(name) {
    const attributes = this.#kept.messaging?.customAttributes;
    if (attributes !== undefined && Object.hasOwn(attributes, name)) {
      return { owner: attributes, key: name };
    }
    const steps = String(name).split('.');
    const key = steps.pop();
    let owner = this.#kept;
    for (const step of steps) {
      owner = isObject(owner) && Object.hasOwn(owner, step) ? owner[step] : undefined;
    }
    return { owner: isObject(owner) && Object.hasOwn(owner, key) ? owner : undefined, key };
  }
}

function shallow(kept, given) {
  // One level for `messaging`, so that setting attributes does not take away its other members.
  return { ...kept, ...given, messaging: { ...kept.messaging, ...given.messaging } };
}

function deep(kept, given) {
  const merged = { ...kept };
  for (const [key, value] of Object.entries(given)) {
    merged[key] = isObject(value) && isObject(kept[key]) ? deep(kept[key], value) : value;
  }
  return merged;
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function asText(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
