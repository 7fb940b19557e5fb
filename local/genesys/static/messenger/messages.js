/** What was said in a conversation, in order, with what is still on its way. */

const OWN = 'Inbound';

/** `{id, own, text, name, time, status, kind}` of a structured message; undefined for no words. */
export function readMessage(body) {
  if (body.type === 'Event' || typeof body.text !== 'string' || body.text === '') {
    return undefined;
  }
  return {
    id: body.id,
    own: body.direction === OWN,
    text: body.text,
    name: body.channel?.from?.nickname ?? '',
    time: Date.parse(body.channel?.time) || Date.now(),
    status: 'sent',
  };
}

export class Messages {
  #known = [];

  /** All messages, oldest first. */
  get all() {
    return [...this.#known];
  }

  /** A message of the visitor that is on its way under a tracing id. */
  begin(tracingId, text) {
    this.#known.push({
      id: tracingId,
      own: true,
      text,
      name: '',
      time: Date.now(),
      status: 'sending',
    });
  }

  /** Takes it as not sent; it stays to be read and sent again. */
  fail(tracingId) {
    this.#known = this.#known.map((one) =>
      one.id === tracingId ? { ...one, status: 'failed' } : one,
    );
  }

  /** Takes one away, and returns its text. */
  take(id) {
    const found = this.#known.find((one) => one.id === id);
    this.#known = this.#known.filter((one) => one.id !== id);
    return found?.text;
  }

  /** A message that has come; one under the same tracing id makes place for it. */
  receive(message, tracingId) {
    const others = this.#known.filter((one) => one.id !== message.id);
    const at = others.findIndex((one) => one.id === tracingId);
    if (at < 0) {
      this.#known = [...others, message];
    } else {
      this.#known = others.with(at, message);
    }
  }

  /** History, oldest first, goes ahead of what this page alone knows. */
  restore(history) {
    const ids = new Set(history.map((one) => one.id));
    this.#known = [...history, ...this.#known.filter((one) => !ids.has(one.id))];
  }

  clear() {
    this.#known = [];
  }
}
